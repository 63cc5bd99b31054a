"""The signal path from samples to quadrants, and nothing else.

Every front (files, arrays, Essentia networks, training) goes through these modules:
`preprocessing` names the numbers, `bands` makes mel bands, `level` divides by the
file's peak, `patches` cuts patches, `network` runs the frozen graph by the
entries that `entries` names, `listener` joins them.
"""
