/* The library that Vamp hosts open: starts Python once and gets the plugin from it.
 *
 * Python isn't linked. Hosts open plugins with RTLD_LOCAL, but extension modules such as
 * NumPy's find Python's symbols only if libpython was opened with RTLD_GLOBAL or if the host
 * itself is a Python. Python is never finalised and its library never closed: the plugin's
 * functions are needed for the life of the process, and extension modules can't be loaded
 * again after finalisation. Hosts may close and reopen this library: all objects whose
 * addresses they keep belong to Python.
 */
#define _GNU_SOURCE
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* QUADPRED_LIBPYTHON, QUADPRED_EXECUTABLE, QUADPRED_PACKAGES: see installation.py. */
#include "environment.h"

#define STRING(number) #number
#define VERSION(major, minor) STRING(major) "." STRING(minor)
#define PYTHON_VERSION VERSION(PY_MAJOR_VERSION, PY_MINOR_VERSION)
#define EXPORT __attribute__((visibility("default")))

/* A string in the file, not a function: 'quadpred vamp status' also reads broken libraries. */
EXPORT const char quadpred_environment[] = "quadpred-environment:" QUADPRED_EXECUTABLE;

/* Functions of Python.h that are looked up at run time. */
#define PYTHON_FUNCTIONS(use)                                                                  \
    use(Py_IsInitialized) use(PyPreConfig_InitIsolatedConfig) use(Py_PreInitialize)            \
    use(PyConfig_InitIsolatedConfig) use(PyConfig_SetBytesString)                              \
    use(Py_InitializeFromConfig) use(PyConfig_Clear) use(PyStatus_Exception)                   \
    use(PyEval_SaveThread) use(PyGILState_Ensure) use(PyGILState_Release)                      \
    use(PyImport_ImportModule) use(PyObject_CallMethod) use(PyLong_AsVoidPtr)                  \
    use(PyErr_Occurred) use(PyErr_Clear) use(PyErr_Fetch) use(PyErr_NormalizeException)        \
    use(PyObject_Str) use(PyUnicode_AsUTF8) use(Py_DecRef)

static struct {
#define DECLARE(name) __typeof__(&name) name;
    PYTHON_FUNCTIONS(DECLARE)
#undef DECLARE
} python;

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static int started = 0;

static void print_message(const char *sentence, const char *detail)
{
    fprintf(stderr, "quadpred: %s%s\n", sentence, detail);
    fflush(stderr);
}

static int find_functions(void *library)
{
#define FIND(name)                                                                             \
    *(void **)&python.name = dlsym(library, #name);                                            \
    if (!python.name) {                                                                        \
        print_message("Python's library lacks a function that the plugin needs: ", #name);     \
        return 0;                                                                              \
    }
    PYTHON_FUNCTIONS(FIND)
#undef FIND
    return 1;
}

static int status_is_good(PyStatus status)
{
    if (!python.PyStatus_Exception(status))
        return 1;
    print_message("Python " PYTHON_VERSION " of " QUADPRED_EXECUTABLE " doesn't start: ",
        status.err_msg ? status.err_msg : "it gives no reason");
    return 0;
}

static int initialise_python(void)
{
    PyPreConfig before;
    python.PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    if (!status_is_good(python.Py_PreInitialize(&before)))
        return 0;
    PyConfig config;
    python.PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 0;
    config.pathconfig_warnings = 0;
    /* The environment's own link to Python, from which site derives the package folder. */
    int good = status_is_good(
        python.PyConfig_SetBytesString(&config, &config.program_name, QUADPRED_EXECUTABLE));
    if (good)
        good = status_is_good(python.Py_InitializeFromConfig(&config));
    python.PyConfig_Clear(&config);
    if (good)
        python.PyEval_SaveThread();
    return good;
}

static int version_fits(void *library)
{
    const char *(*get_version)(void);
    *(void **)&get_version = dlsym(library, "Py_GetVersion");
    const char *running = get_version ? get_version() : "of an unknown version";
    size_t length = strlen(PYTHON_VERSION);
    if (!strncmp(running, PYTHON_VERSION, length) && running[length] == '.')
        return 1;
    print_message("the Vamp plugin was installed for Python " PYTHON_VERSION
        ", but this host runs Python ", running);
    return 0;
}

static int start(void)
{
    void *library = RTLD_DEFAULT;
    if (!dlsym(RTLD_DEFAULT, "Py_IsInitialized")) {
        library = dlopen(QUADPRED_LIBPYTHON, RTLD_NOW | RTLD_GLOBAL);
        if (!library) {
            print_message("Python's library can't be opened; run 'quadpred vamp install' again: ",
                dlerror());
            return 0;
        }
    }
    if (!version_fits(library) || !find_functions(library))
        return 0;
    return python.Py_IsInitialized() || initialise_python();
}

static void print_exception(void)
{
    PyObject *type, *value, *traceback, *text = NULL;
    python.PyErr_Fetch(&type, &value, &traceback);
    python.PyErr_NormalizeException(&type, &value, &traceback);
    if (value)
        text = python.PyObject_Str(value);
    const char *reason = text ? python.PyUnicode_AsUTF8(text) : NULL;
    print_message("the Vamp plugin can't be loaded from " QUADPRED_EXECUTABLE
        "; install quadpred-plugin there again, then run 'quadpred vamp install': ",
        reason ? reason : "no reason is known");
    python.PyErr_Clear();
    python.Py_DecRef(text);
    python.Py_DecRef(type);
    python.Py_DecRef(value);
    python.Py_DecRef(traceback);
}

/* If the host is a Python of another environment, its own packages take precedence. */
static PyObject *import_library(void)
{
    PyObject *module = python.PyImport_ImportModule("vamp_wrapper.library");
    if (module)
        return module;
    python.PyErr_Clear();
    PyObject *site = python.PyImport_ImportModule("site");
    if (!site)
        return NULL;
    PyObject *added = python.PyObject_CallMethod(site, "addsitedir", "s", QUADPRED_PACKAGES);
    python.Py_DecRef(site);
    python.Py_DecRef(added);
    return added ? python.PyImport_ImportModule("vamp_wrapper.library") : NULL;
}

EXPORT const void *vampGetPluginDescriptor(unsigned int host_version, unsigned int index)
{
    pthread_mutex_lock(&starting);
    if (!started)
        started = start() ? 1 : -1;
    pthread_mutex_unlock(&starting);
    if (started < 0)
        return NULL;

    const void *descriptor = NULL;
    PyGILState_STATE state = python.PyGILState_Ensure();
    PyObject *module = import_library();
    PyObject *address = NULL;
    if (module)
        address = python.PyObject_CallMethod(module, "descriptor_address", "II", host_version,
                                             index);
    if (address)
        descriptor = python.PyLong_AsVoidPtr(address);
    if (python.PyErr_Occurred())
        print_exception();
    python.Py_DecRef(address);
    python.Py_DecRef(module);
    python.PyGILState_Release(state);
    return descriptor;
}
