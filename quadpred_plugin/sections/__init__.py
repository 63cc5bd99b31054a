"""Sections of audio files that a user gives: start, end and label.

- `section`: one section, and the checks of its times.
- `reading`: files of sections, by their suffix, and the audio files that they are about.
- `table`, `audacity_labels`, `textgrid`, `sonic_visualiser`: one module per format.
- `encodings`: text in UTF-8 or UTF-16.
"""
