"""Comparison of predictions with labels and ratings; needs NumPy alone.

| module | subject |
|---|---|
| `classification` | precision, recall, F1, confusion, calibration error |
| `correlation` | Pearson, Spearman, concordance, error, bias |
| `bootstrap` | samples of files or groups of files, intervals |
| `curves` | ratings over time: lag, smoothing, comparison across and within files |
| `ratings_table`, `rating_cells`, `deam_table` | a user's table of labels or ratings |
| `outputs` | what a model says of a file |
| `matching` | which audio file or result a name in the table means |
| `comparison` | all figures of a table |
"""
