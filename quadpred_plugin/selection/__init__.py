"""Choose stimuli: tracks or excerpts of each quadrant.

| module | subject |
|---|---|
| `candidates` | what a track offers: itself, or its clearest excerpt |
| `groups` | whether two tracks are of one artist, album or folder |
| `choosing` | as many candidates of each quadrant as are wanted, the most confident first |
| `sound` | loudness of a stimulus, and its audio as a file |
"""

GROUPS = ("artist", "album", "folder")
"""What ``--one-per`` takes: kinds of groups that are used once."""
