"""Performances of MIDI files: rendering to audio, and note features.

`renditions` decides how each clip is performed, `performance` applies that to its notes,
`rendering` writes the audio and its table. `instruments` are what renders: soundfonts, patches
and our own synthesisers, `additive` and `frequency_modulation`, whose common parts are in
`synthesis`.
"""
