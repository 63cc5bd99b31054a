"""Emotion in the tags of audio files: named fields and the mood, with a way back.

Needs mutagen, the extra ``tags``.
"""
