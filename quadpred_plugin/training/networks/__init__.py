"""Network architectures, in Keras."""
