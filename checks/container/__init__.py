"""Build and run the container image without a container engine, in a Debian root."""
