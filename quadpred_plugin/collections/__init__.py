"""What is made of the results of a whole collection.

| module | subject |
|---|---|
| `ranks` | each track's place among the others, in the plane of arousal and valence |
| `path` | waypoints as users write them, and places along the path through them |
| `ordering` | which track takes which place |
| `playlist` | the playlist as a file |
"""
