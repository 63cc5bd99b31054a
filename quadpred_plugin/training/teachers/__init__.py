"""A teacher: what other people's networks hear, fitted to labels, for a student to learn.

Needs the extra ``teacher``, and musicnn's files beside it (see `musicnn`).
"""
