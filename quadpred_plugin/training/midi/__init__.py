"""Performances of MIDI files: rendering to audio and note features."""
