"""A folder of any number of tracks, heard once each, whatever happens on the way.

| module | knows |
|---|---|
| `tracks` | what is under a folder, in order, without holding it |
| `results` | where a track's result goes, and that it goes nowhere else |
| `hearing` | one track in a worker: from a task to an outcome |
| `manifest` | what was done of what content with which settings, and why the rest failed |
| `dataset` | rows of many tracks in Parquet |
| `plan` | which tracks are to be heard |
| `batch` | a run: plan, outcomes, records |
| `local`, `cluster` | the engines: processes here, or a Dask cluster |
"""
