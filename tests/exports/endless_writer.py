"""A process that replaces a file repeatedly until it is killed."""

import itertools


def write_for_ever(path, predictions, format_name, level, started):
    """Write the predictions in turn; set the event once the file exists."""
    from quadpred_plugin.exports import export_to

    for prediction in itertools.cycle(predictions):
        export_to(path, [prediction], format_name, level)
        started.set()
