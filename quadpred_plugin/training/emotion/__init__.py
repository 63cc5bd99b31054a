"""Training on labels and on listeners' ratings together: corpora, targets, loss, scores."""
