"""Agreement between listeners: ratings and Krippendorff's alpha."""
