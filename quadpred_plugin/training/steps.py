"""Versions of the steps' code; the package's docstring describes the steps."""

VERSIONS = {
    "teacher": 1,
    "notes": 1,
    "pretext": 1,
    "student": 1,
    "gate": 1,
    "large": 1,
    "pretrain": 1,
    "transfer": 1,
    "music-only": 1,
}
"""By step; raised when a change makes a step give other results. Earlier runs are refused."""
