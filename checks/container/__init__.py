"""The container without an engine: the Dockerfile's steps in a Debian root, and its use there."""
