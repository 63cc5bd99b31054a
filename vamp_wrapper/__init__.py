"""The chain as a Vamp plugin, for Sonic Visualiser and other Vamp hosts.

- `shim.c`: the library that hosts open. `interpreter.c` starts Python, `calls.c` has the plugin's
  functions as C functions, which call those of `library`.
- `library`: the plugin's descriptor and its functions.
- `plugin`: one instance of the plugin.
- `outputs`, `settings`: outputs and parameters.
- `abi`, `features`: C structures of Vamp's interface.
- `build`, `installation`, `places`: building and installing the library.
- `examination`: findings for ``quadpred doctor``.
"""
