"""Analysis of a collection of any size, resumable, each track once.

| module | subject |
|---|---|
| `tracks` | find the audio files below a folder or an address, one at a time |
| `sources` | the file of a track: its own, or a temporary copy of one at an address |
| `results` | names of result files, and writing them below the output folder only |
| `stores` | where parts and tables go: the output folder, or an address |
| `manifest` | database of each track's status, content and settings |
| `saved` | what a folder of results records, read and kept up to date without a run |
| `dataset` | Parquet data set of the rows of all tracks |
| `folder` | folder of results: its lock, its state and its tables |
| `plan` | which tracks lack a current result |
| `tasks` | one track in a worker: from a task to an outcome |
| `run` | a run: plan, outcomes, records |
| `engines` | interface and registry of the engines |
| `local_engine`, `dask_engine` | worker processes of this machine; a Dask cluster |
| `workers` | worker processes, of which a crash costs one file |
| `model_set` | several models that share decoding and mel bands |
"""
