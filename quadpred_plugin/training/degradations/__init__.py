"""What a recording may pass before it is analysed: resamplers, codecs, rooms, filters.

| module | subject |
|---|---|
| `degradation` | the record of one change, and what several modules need |
| `resamplers`, `filters`, `codecs`, `dynamics`, `acoustics` | the changes, by group |
| `recording_chain` | several random changes after one another, for training |
| `variants` | fixed changes, by which the stability of models is measured |
| `degraded_clips` | degraded versions of a dataset's clips, as files with a table |

Changes take samples of one channel and their rate. They return as many samples of the same rate,
except where they cut off the start, or give another program's samples at the chain's rate.
"""
