"""What an evaluation states besides its figures: settings, counts, files left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quadpred_plugin.evaluation.comparison import Comparison


@dataclass(frozen=True)
class Overview:
    """A comparison with everything that was asked and found.

    Attributes
    ----------
    comparison : Comparison
    settings : dict
        JSON types: table, audio folder or results, model, lag, smoothing, scale, groups, bootstrap.
    missing : tuple of str
        Files of the table without audio or without a result.
    failed : dict of str
        Reasons of the files that have no prediction, by name in the table.
    unrated : tuple of str
        Audio files or results without a row.
    """

    comparison: Comparison
    settings: Mapping[str, Any]
    missing: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    unrated: tuple[str, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """Numbers of files of the table, those compared, missing and failed, and those unrated."""
        compared = len(self.comparison.files)
        return {
            "rated": compared + len(self.missing) + len(self.failed),
            "compared": compared,
            "missing": len(self.missing),
            "failed": len(self.failed),
            "unrated": len(self.unrated),
        }
