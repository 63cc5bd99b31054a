"""Training, evaluation and export of models; needs the extra ``training``."""
