"""The two published studies: speech pre-training, transfer to music, and their tables."""
