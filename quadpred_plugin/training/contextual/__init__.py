"""The small model that hears three seconds: from musicnn's features to emotion."""
