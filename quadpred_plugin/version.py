"""Version of the package; setup.cfg reads `VERSION`."""

VERSION = "0.1.0"
__version__ = VERSION
