"""The version, once; setup.cfg reads it here."""

VERSION = "0.1.0"
