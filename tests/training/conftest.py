"""Essentia's TensorFlow before Keras's, in whatever order the tests of a process come.

Tests here train in their own process, which may run graphs in Essentia as well. The two
libraries get along if Essentia's was loaded first; the other order ends the process.
"""

from quadpred_plugin.chain.engine import load_standard

load_standard()
