"""Rows as a pandas data frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.columns import columns_of, further_columns, rows
from quadpred_plugin.prediction import Prediction

if TYPE_CHECKING:
    import pandas


def to_frame(prediction: Prediction, level: str) -> pandas.DataFrame:
    """Return the rows of a prediction; the provenance is in ``attrs``.

    Raises
    ------
    OutputError
        If pandas isn't installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise OutputError("A data frame needs the package pandas: pip install pandas.") from error
    further = further_columns([prediction])
    columns = list(columns_of(level, further))
    frame = pandas.DataFrame(rows(prediction, level, further), columns=columns)
    frame.attrs["provenance"] = prediction.provenance
    return frame
