"""Audio input: paths, decoders, devices, and mixing to the chain's sample rate."""
