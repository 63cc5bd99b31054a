"""Agreement of human listeners: ratings and Krippendorff's alpha."""
