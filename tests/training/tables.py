"""Tables of tiny corpora."""

import csv


def write_csv(path, rows):
    """Write dicts of one set of keys as rows under these keys."""
    with open(path, "w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
