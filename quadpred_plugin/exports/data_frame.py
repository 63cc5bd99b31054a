"""Rows as pandas holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports.columns import COLUMNS, rows
from quadpred_plugin.prediction import Prediction

if TYPE_CHECKING:
    import pandas


def to_frame(prediction: Prediction, level: str) -> pandas.DataFrame:
    """Return the rows of a prediction; ``attrs`` has its provenance.

    Raises
    ------
    OutputError
        If pandas isn't installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise OutputError("A data frame needs the package pandas: pip install pandas.") from error
    frame = pandas.DataFrame(rows(prediction, level), columns=list(COLUMNS[level]))
    frame.attrs["provenance"] = prediction.provenance
    return frame
