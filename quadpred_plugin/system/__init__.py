"""Atomic file writes, child processes and display names."""
