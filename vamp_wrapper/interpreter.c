/* Starts Python, or finds the host's, without a change to the host's handlers of signals.
 *
 * Python isn't linked. Hosts open plugins with RTLD_LOCAL, but extension modules such as
 * NumPy's find Python's symbols only if libpython was opened with RTLD_GLOBAL or if the host
 * itself is a Python. Python is never finalised and its library never closed: the plugin's
 * functions are needed for the life of the process, and extension modules can't be loaded
 * again after finalisation.
 */
#define _GNU_SOURCE
#include "interpreter.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

/* QUADPRED_LIBPYTHON, QUADPRED_EXECUTABLE, QUADPRED_PACKAGES: see build.py. */
#include "environment.h"

struct python_functions python;

static int python_is_the_hosts;
static volatile sig_atomic_t forked_off;
static volatile sig_atomic_t interrupted;

void print_message(const char *sentence, const char *detail)
{
    fprintf(stderr, "quadpred: %s%s\n", sentence, detail);
    fflush(stderr);
}

static int find_functions(void *library)
{
    /* Exceptions are variables, whose values are set when Python is initialised. */
    *(void **)&python.exception = dlsym(library, "PyExc_Exception");
    *(void **)&python.import_error = dlsym(library, "PyExc_ImportError");
    const char *missing = python.exception && python.import_error ? NULL : "PyExc_Exception";
#define FIND(name)                                                                             \
    *(void **)&python.name = dlsym(library, #name);                                            \
    if (!python.name)                                                                          \
        missing = #name;
    PYTHON_FUNCTIONS(FIND)
#undef FIND
    if (missing)
        print_message("Python's library lacks a function that the plugin needs: ", missing);
    return !missing;
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
    return good;
}

static void note_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void note_fork(void)
{
    forked_off = 1;
}

/* Initialise Python and import the module _signal, which installs Python's own handler of SIGINT
 * when it is first imported, whatever Python was told at its start, but only in place of the
 * default. With another handler in that place, it leaves SIGINT alone for good. */
static int initialise_without_handlers(void)
{
    struct sigaction hosts, ours;
    memset(&ours, 0, sizeof ours);
    ours.sa_handler = note_interrupt;
    sigemptyset(&ours.sa_mask);
    sigaction(SIGINT, NULL, &hosts);
    int is_default = !(hosts.sa_flags & SA_SIGINFO) && hosts.sa_handler == SIG_DFL;
    if (is_default)
        sigaction(SIGINT, &ours, NULL);
    int good = initialise_python();
    if (good) {
        PyObject *module = python.PyImport_ImportModule("_signal");
        if (!module)
            report_exception("Python's module for signals can't be imported: ", 1);
        good = module != NULL;
        python.Py_DecRef(module);
        python.PyEval_SaveThread();
    }
    if (is_default) {
        sigaction(SIGINT, &hosts, NULL);
        if (interrupted)
            raise(SIGINT);
    }
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
    char sentence[512];
    snprintf(sentence, sizeof sentence,
        "the Vamp plugin was installed for Python " PYTHON_VERSION ", but this host runs Python "
        "%.*s. Create an environment with the host's version of Python, install quadpred-plugin "
        "in it, and run its 'quadpred vamp install'; now the plugin is that of ",
        (int)strcspn(running, " "), running);
    print_message(sentence, QUADPRED_EXECUTABLE);
    return 0;
}

int start_python(void)
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
    python_is_the_hosts = python.Py_IsInitialized();
    if (python_is_the_hosts)
        return 1;
    return initialise_without_handlers() && !pthread_atfork(NULL, NULL, note_fork);
}

int is_forked_off(void)
{
    if (!forked_off)
        return 0;
    if (forked_off == 1) {
        forked_off = 2;
        print_message("this process was forked off one that had started the Vamp plugin, which "
            "can't run in both: start a new process instead, such as with posix_spawn, or fork "
            "before the first plugin is opened.", "");
    }
    return 1;
}

static int on_main_thread(void)
{
#ifdef __linux__
    return syscall(SYS_gettid) == getpid();
#else
    return pthread_main_np();
#endif
}

struct exception {
    PyObject *type, *value, *traceback;
};

static int raise_exception(void *memory)
{
    struct exception exception = *(struct exception *)memory;
    free(memory);
    python.PyErr_Restore(exception.type, exception.value, exception.traceback);
    return -1;
}

/* Python handles signals on its main thread only, which runs pending calls, too. */
static int raise_later(struct exception exception)
{
    struct exception *memory = malloc(sizeof exception);
    if (!memory)
        return 0;
    *memory = exception;
    if (python.Py_AddPendingCall(raise_exception, memory) == 0)
        return 1;
    free(memory);
    return 0;
}

void report_exception(const char *task, int explains_errors)
{
    struct exception exception;
    python.PyErr_Fetch(&exception.type, &exception.value, &exception.traceback);
    python.PyErr_NormalizeException(&exception.type, &exception.value, &exception.traceback);
    int explained = explains_errors
        && python.PyErr_GivenExceptionMatches(exception.type, *python.exception);
    if (python_is_the_hosts && !explained && on_main_thread() && raise_later(exception))
        return;
    PyObject *name = python.PyObject_GetAttrString(exception.type, "__name__");
    PyObject *text = exception.value ? python.PyObject_Str(exception.value) : NULL;
    const char *reason = text ? python.PyUnicode_AsUTF8(text) : NULL;
    const char *kind = name ? python.PyUnicode_AsUTF8(name) : NULL;
    char sentence[1024];
    snprintf(sentence, sizeof sentence, "%s%s%s", task, kind ? kind : "",
        reason && *reason ? ": " : "");
    print_message(sentence, reason ? reason : "");
    python.PyErr_Clear();
    python.Py_DecRef(name);
    python.Py_DecRef(text);
    python.Py_DecRef(exception.type);
    python.Py_DecRef(exception.value);
    python.Py_DecRef(exception.traceback);
}
