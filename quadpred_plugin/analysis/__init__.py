"""What the curves of a Prediction amount to.

| module | answers |
|---|---|
| `smoothing` | how it moves, without the quick changes |
| `segments` | which stretches are of one quadrant |
| `turning_points` | when the emotion changes most |
| `excerpts` | which half-minute is the most of a quadrant |
| `heads` | whether the three heads say the same |
| `disagreement` | whether several models say the same |
"""
