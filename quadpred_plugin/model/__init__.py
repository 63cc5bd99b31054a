"""Model cards, the check of untrusted graphs, pooling, and finding installed models."""
