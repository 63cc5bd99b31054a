"""The signal path from samples to network outputs, independent of files and models.

- `preprocessing`: parameters of the front end.
- `engine`: import of Essentia.
- `bands`, `filterbank`: mel bands of samples.
- `peak`: peak amplitude and silence threshold.
- `levels`: patches of a low level.
- `patches`: bands cut into patches.
- `heads`, `entries`, `network`: outputs, inputs and execution of the frozen graph.
- `offline`: analysis of a whole signal.
- `causal`: analysis of a signal while it arrives.

Files, arrays, Essentia networks, Vamp hosts and training all use these modules.
"""
