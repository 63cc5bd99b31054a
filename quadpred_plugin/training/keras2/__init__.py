"""Import of the original Keras 2 weights."""
