"""Damage audio files at random, analyse them and count the outcomes."""
