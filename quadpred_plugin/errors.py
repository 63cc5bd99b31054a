"""Exceptions of quadpred-plugin.

::

    Exception
    └── QuadpredError
        ├── AudioError
        ├── ModelError
        ├── OutputError
        └── InstallationError

A message is a sentence with the file or setting at fault and the way out, ready to be printed.
Exceptions of other libraries are translated into these where they occur.
"""


class QuadpredError(Exception):
    """Base class of all errors with an explanation for the user."""


class AudioError(QuadpredError):
    """A file or an array can't be read as audio."""


class ModelError(QuadpredError):
    """A model is missing, damaged or not a model of this project."""


class OutputError(QuadpredError):
    """A result can't be written to its destination."""


class InstallationError(QuadpredError):
    """A component of an installation is missing or doesn't work."""
