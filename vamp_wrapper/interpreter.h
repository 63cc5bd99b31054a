/* The Python that runs the plugin: the host's own, or one that is started for it. */
#ifndef QUADPRED_INTERPRETER_H
#define QUADPRED_INTERPRETER_H

#include <Python.h>

#define STRING(number) #number
#define VERSION(major, minor) STRING(major) "." STRING(minor)
#define PYTHON_VERSION VERSION(PY_MAJOR_VERSION, PY_MINOR_VERSION)

/* Functions of Python.h that are looked up at run time. */
#define PYTHON_FUNCTIONS(use)                                                                  \
    use(Py_IsInitialized) use(PyPreConfig_InitIsolatedConfig) use(Py_PreInitialize)            \
    use(PyConfig_InitIsolatedConfig) use(PyConfig_SetBytesString)                              \
    use(Py_InitializeFromConfig) use(PyConfig_Clear) use(PyStatus_Exception)                   \
    use(PyEval_SaveThread) use(PyGILState_Ensure) use(PyGILState_Release)                      \
    use(PyImport_ImportModule) use(PyObject_CallMethod) use(PyObject_CallObject)               \
    use(PyObject_GetAttrString) use(Py_VaBuildValue) use(PyLong_AsVoidPtr)                     \
    use(PyFloat_AsDouble) use(PyErr_Occurred) use(PyErr_Clear) use(PyErr_Fetch)                \
    use(PyErr_Restore) use(PyErr_NormalizeException) use(PyErr_ExceptionMatches)               \
    use(PyErr_GivenExceptionMatches) use(Py_AddPendingCall) use(PyObject_Str)                  \
    use(PyUnicode_AsUTF8) use(Py_DecRef)

struct python_functions {
#define DECLARE(name) __typeof__(&name) name;
    PYTHON_FUNCTIONS(DECLARE)
#undef DECLARE
    PyObject **exception, **import_error;
};

extern struct python_functions python;

/* Start Python, or use the host's. Returns whether it runs. */
int start_python(void);

/* Whether this process was forked off after Python had been started for a host that isn't Python;
 * if so, a line says so once. No thread of Python's or TensorFlow's exists in such a process. */
int is_forked_off(void);

void print_message(const char *sentence, const char *detail);

/* Report the exception that is set, which is cleared; the GIL must be held.
 *
 * If the host is a Python, and the exception can't be explained by a failure of `task`, it is
 * raised in the host's own code as soon as the call from there returns: it may come from a
 * handler of a signal, such as KeyboardInterrupt. Otherwise it is printed after `task`. */
void report_exception(const char *task, int explains_errors);

#endif
