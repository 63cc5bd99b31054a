/* The library that Vamp hosts open: starts Python once and gets the plugin from it.
 *
 * Hosts may close and reopen this library, and keep addresses of functions in it. It stays loaded
 * therefore, as the Python does that it starts (interpreter.c).
 */
#define _GNU_SOURCE
#include "calls.h"
#include "interpreter.h"

#include <dlfcn.h>
#include <pthread.h>

#include "environment.h"

#define EXPORT __attribute__((visibility("default")))

/* A string in the file, not a function: 'quadpred vamp status' also reads broken libraries. */
EXPORT const char quadpred_environment[] = "quadpred-environment:" QUADPRED_EXECUTABLE;

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static int started = 0;

EXPORT const void *vampGetPluginDescriptor(unsigned int host_version, unsigned int index);

static int stay_loaded(void)
{
    Dl_info own;
    return dladdr(quadpred_environment, &own)
        && dlopen(own.dli_fname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
}

/* If the host is a Python of another environment, its own packages take precedence. */
static PyObject *import_library(void)
{
    PyObject *module = python.PyImport_ImportModule("vamp_wrapper.library");
    if (module || !python.PyErr_ExceptionMatches(*python.import_error))
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
    if (is_forked_off())
        return NULL;
    pthread_mutex_lock(&starting);
    if (!started)
        started = stay_loaded() && start_python() ? 1 : -1;
    pthread_mutex_unlock(&starting);
    if (started < 0)
        return NULL;

    const void *descriptor = NULL;
    PyGILState_STATE state = python.PyGILState_Ensure();
    /* The reference is kept for calls.c. */
    PyObject *library = import_library();
    if (library)
        descriptor = wrap_descriptor(library, host_version, index);
    else
        report_exception("the Vamp plugin can't be loaded from " QUADPRED_EXECUTABLE
            "; install quadpred-plugin there again, then run 'quadpred vamp install': ", 1);
    python.PyGILState_Release(state);
    return descriptor;
}
