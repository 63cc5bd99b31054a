"""Write emotion into the tags of audio files, and undo it.

Needs mutagen, the extra ``tags``.
"""
