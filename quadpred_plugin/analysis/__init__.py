"""Derive curves and structure from a Prediction.

| module | result |
|---|---|
| `smoothing` | moving averages of the curves |
| `resampling` | the curves at an exact rate |
| `segments` | stretches of one quadrant each |
| `given_sections` | sections that a user gives |
| `turning_points` | times at which the emotion changes most |
| `excerpts` | the excerpt with the highest probability of a quadrant |
| `consistency` | agreement of one model's heads |
| `disagreement` | divergence of several models |
"""
