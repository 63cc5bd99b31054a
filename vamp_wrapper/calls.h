/* The plugin's functions as C functions, which call those of vamp_wrapper/library.py. */
#ifndef QUADPRED_CALLS_H
#define QUADPRED_CALLS_H

#include "interpreter.h"

/* Return the descriptor for hosts, NULL if Python has none; the GIL must be held. */
const void *wrap_descriptor(PyObject *library, unsigned int host_version, unsigned int index);

#endif
