"""From a trained network to a model: frozen graph, card and golden vectors."""
