"""The large model: emotion heads on the trunk of musicnn."""
