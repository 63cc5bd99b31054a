"""The small model with three seconds of context: from musicnn's features to emotion."""
