"""Scores, calibration and comparison of trained networks."""
