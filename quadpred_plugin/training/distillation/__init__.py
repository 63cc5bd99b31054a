"""Training the default model on labels and on teachers' soft labels."""
