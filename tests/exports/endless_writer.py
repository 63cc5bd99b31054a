"""A process that does nothing but replace a file, until it is killed."""

import itertools


def write_for_ever(path, predictions, format_name, level, started):
    """Write the predictions by turns; say so once the file is there."""
    from quadpred_plugin.exports import export_to

    for prediction in itertools.cycle(predictions):
        export_to(path, [prediction], format_name, level)
        started.set()
