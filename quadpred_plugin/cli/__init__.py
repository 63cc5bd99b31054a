"""The command line: one file a command, thin, each loading only what it needs."""
