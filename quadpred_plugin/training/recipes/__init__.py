"""Shipped recipes (.json) and their schema."""
