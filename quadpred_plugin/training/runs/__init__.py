"""Seeded, resumable training runs."""
