"""Results once computed are used again: read them, and tell which are no longer of their files.

| module | subject |
|---|---|
| `tracks` | `TrackResult`: what the results say of one track |
| `reading` | `read_results`: folders and files of ``quadpred batch`` and ``predict`` |
| `files`, `parquet` | one file: csv and json; Parquet |
| `collection` | where the tracks of a folder of results are, and what was recorded of them |
| `staleness` | whether a file is still the one that was analysed; results of given files |
"""
