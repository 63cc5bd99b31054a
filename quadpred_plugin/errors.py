"""The exceptions that callers may want to tell apart.

Every message is a sentence that names the thing at fault and the way out, so that a
command line can print it as it is. Other libraries' exceptions are translated into
these where they arise, once.
"""


class QuadpredError(Exception):
    """Anything that quadpred-plugin can explain; the base of the family."""


class AudioError(QuadpredError):
    """A file or an array that can't be read as audio."""


class ModelError(QuadpredError):
    """A model that is missing, damaged, or not one of ours."""


class OutputError(QuadpredError):
    """A result that can't be written where it was asked for."""


class InstallationError(QuadpredError):
    """Something that the machine lacks for an installation, or one that doesn't work."""
