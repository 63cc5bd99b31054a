"""Versions of the steps' code; the package's docstring describes the steps."""

VERSIONS = {
    "teacher": 2,
    "notes": 1,
    "pretext": 2,
    "student": 2,
    "gate": 2,
    "large": 1,
    "contextual-pretext": 1,
    "contextual": 1,
    "pretrain": 2,
    "transfer": 2,
    "music-only": 2,
}
"""By step; raised when a change makes a step give other results. Earlier runs are refused."""
