"""Teachers: classifiers whose soft labels students learn from.

The embedding teacher classifies embeddings of pretrained networks, the note teacher notes of MIDI
files. Needs the extra ``teacher``, and the files of the package ``musicnn`` (see `musicnn`).
"""
