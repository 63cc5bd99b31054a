"""Spoiled audio files: how they are made, analysed and counted."""
