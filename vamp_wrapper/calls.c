/* The plugin's functions as C functions, which call those of vamp_wrapper/library.py.
 *
 * Wherever an exception is raised in Python, even between two statements by a signal, the host
 * gets a value that it can use, and a run that lost a block has no features: they would be those
 * of another signal. In a process that was forked off, Python isn't called at all.
 */
#include "calls.h"

#include "vamp_interface.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct instance {
    /* The instance's number in Python. */
    long number;
    /* Whether a block was lost since the signal's start, and whether a parameter was. */
    int lost_block, lost_parameter;
};

static struct {
    PyObject *library;
    struct vamp_plugin plugin;
    /* For hosts whose call fails: an empty feature set, and descriptors for the usual rate. */
    struct vamp_feature_list *nothing;
    void **outputs;
    unsigned int output_count;
} wrapped;

/* Call a function of the library, whose result is None if it failed and has said why. Returns a
 * new reference, NULL after an exception, which has been reported. */
static PyObject *call(const char *function, const char *format, va_list values)
{
    PyObject *callable = python.PyObject_GetAttrString(wrapped.library, function);
    if (!callable) {
        python.PyErr_Clear();
        print_message("quadpred-plugin was changed after the Vamp plugin had been installed; run "
            "'quadpred vamp install' again: the package has no function ", function);
        return NULL;
    }
    PyObject *arguments = python.Py_VaBuildValue(format, values);
    PyObject *result = arguments ? python.PyObject_CallObject(callable, arguments) : NULL;
    if (!result) {
        char task[80];
        snprintf(task, sizeof task, "%s failed: ", function);
        report_exception(task, 0);
    }
    python.Py_DecRef(arguments);
    python.Py_DecRef(callable);
    return result;
}

static int may_call(void)
{
    /* A host in Python may end its last plugins after Python itself. */
    return !is_forked_off() && python.Py_IsInitialized();
}

/* Call a function whose result is an integer. Returns whether it has one; *result is unchanged
 * otherwise. */
static int ask(const char *function, uintptr_t *result, const char *format, ...)
{
    if (!may_call())
        return 0;
    PyGILState_STATE state = python.PyGILState_Ensure();
    va_list values;
    va_start(values, format);
    PyObject *answer = call(function, format, values);
    va_end(values);
    uintptr_t number = answer ? (uintptr_t)python.PyLong_AsVoidPtr(answer) : 0;
    int given = answer && !python.PyErr_Occurred();
    python.PyErr_Clear();
    python.Py_DecRef(answer);
    python.PyGILState_Release(state);
    if (given && result)
        *result = number;
    return given;
}

static int ask_float(const char *function, float *result, const char *format, ...)
{
    if (!may_call())
        return 0;
    PyGILState_STATE state = python.PyGILState_Ensure();
    va_list values;
    va_start(values, format);
    PyObject *answer = call(function, format, values);
    va_end(values);
    double number = answer ? python.PyFloat_AsDouble(answer) : 0;
    int given = answer && !python.PyErr_Occurred();
    python.PyErr_Clear();
    python.Py_DecRef(answer);
    python.PyGILState_Release(state);
    if (given)
        *result = (float)number;
    return given;
}

static void *instantiate(const struct vamp_plugin *plugin, float sample_rate)
{
    (void)plugin;
    struct instance *instance = calloc(1, sizeof *instance);
    uintptr_t number;
    if (!instance || !ask("instantiate", &number, "(d)", (double)sample_rate)) {
        free(instance);
        return NULL;
    }
    instance->number = (long)number;
    return instance;
}

static void cleanup(void *handle)
{
    struct instance *instance = handle;
    /* Once more if a signal's handler interrupted it: nobody else frees the signal's memory. */
    if (!ask("cleanup", NULL, "(l)", instance->number))
        ask("cleanup", NULL, "(l)", instance->number);
    free(instance);
}

static int initialise(void *handle, unsigned int channels, unsigned int step, unsigned int block)
{
    struct instance *instance = handle;
    uintptr_t ready = 0;
    if (instance->lost_parameter)
        print_message("a parameter couldn't be set, so the plugin can't be used.", "");
    else
        ask("initialise", &ready, "(lIII)", instance->number, channels, step, block);
    instance->lost_block = !ready;
    return (int)ready;
}

static void reset(void *handle)
{
    struct instance *instance = handle;
    instance->lost_block = !ask("reset", NULL, "(l)", instance->number);
}

static float get_parameter(void *handle, int index)
{
    float value = 0;
    ask_float("get_parameter", &value, "(li)", ((struct instance *)handle)->number, index);
    return value;
}

static void set_parameter(void *handle, int index, float value)
{
    struct instance *instance = handle;
    if (!ask("set_parameter", NULL, "(lid)", instance->number, index, (double)value))
        instance->lost_parameter = 1;
}

/* There are no programs: a host that selects one after it has set parameters, as Sonic
 * Visualiser's does, would undo them. */
static unsigned int get_current_program(void *handle)
{
    (void)handle;
    return 0;
}

static void select_program(void *handle, unsigned int index)
{
    (void)handle;
    (void)index;
}

static unsigned int get_number(const char *name)
{
    uintptr_t number = 1;
    ask(name, &number, "()");
    return (unsigned int)number;
}

static unsigned int get_preferred_size(void *handle)
{
    (void)handle;
    return get_number("preferred_size");
}

static unsigned int get_minimum_channel_count(void *handle)
{
    (void)handle;
    return 1;
}

static unsigned int get_maximum_channel_count(void *handle)
{
    (void)handle;
    return get_number("maximum_channels");
}

static unsigned int get_output_count(void *handle)
{
    (void)handle;
    return wrapped.output_count;
}

static void *get_output_descriptor(void *handle, unsigned int index)
{
    if (index >= wrapped.output_count)
        return NULL;
    uintptr_t output = (uintptr_t)wrapped.outputs[index];
    ask("describe_output", &output, "(lI)", ((struct instance *)handle)->number, index);
    return (void *)output;
}

static void release_output_descriptor(void *output)
{
    ask("release", NULL, "(K)", (unsigned long long)(uintptr_t)output);
}

static struct vamp_feature_list *process(void *handle, const float *const *buffers, int seconds,
                                         int nanoseconds)
{
    struct instance *instance = handle;
    if (!instance->lost_block
        && !ask("process", NULL, "(lKii)", instance->number,
            (unsigned long long)(uintptr_t)buffers, seconds, nanoseconds))
        instance->lost_block = 1;
    return wrapped.nothing;
}

static struct vamp_feature_list *get_remaining_features(void *handle)
{
    struct instance *instance = handle;
    uintptr_t features = 0;
    if (instance->lost_block)
        print_message("a block of this signal was lost, so there are no features.", "");
    else
        ask("remaining_features", &features, "(l)", instance->number);
    return features ? (struct vamp_feature_list *)features : wrapped.nothing;
}

static void release_feature_set(struct vamp_feature_list *features)
{
    if (features != wrapped.nothing)
        ask("release", NULL, "(K)", (unsigned long long)(uintptr_t)features);
}

static const struct vamp_plugin functions = {
    .instantiate = instantiate,
    .cleanup = cleanup,
    .initialise = initialise,
    .reset = reset,
    .get_parameter = get_parameter,
    .set_parameter = set_parameter,
    .get_current_program = get_current_program,
    .select_program = select_program,
    .get_preferred_step_size = get_preferred_size,
    .get_preferred_block_size = get_preferred_size,
    .get_minimum_channel_count = get_minimum_channel_count,
    .get_maximum_channel_count = get_maximum_channel_count,
    .get_output_count = get_output_count,
    .get_output_descriptor = get_output_descriptor,
    .release_output_descriptor = release_output_descriptor,
    .process = process,
    .get_remaining_features = get_remaining_features,
    .release_feature_set = release_feature_set,
};

/* Get addresses and numbers of Python's structures, which live as long as the process. */
static int wrap(const struct vamp_plugin *described)
{
    uintptr_t count, outputs;
    if (!ask("output_count", &count, "()") || !ask("usual_outputs", &outputs, "()"))
        return 0;
    wrapped.nothing = calloc(count, sizeof *wrapped.nothing);
    if (!wrapped.nothing)
        return 0;
    wrapped.outputs = (void **)outputs;
    wrapped.output_count = (unsigned int)count;
    wrapped.plugin = functions;
    wrapped.plugin.api_version = described->api_version;
    wrapped.plugin.identifier = described->identifier;
    wrapped.plugin.name = described->name;
    wrapped.plugin.description = described->description;
    wrapped.plugin.maker = described->maker;
    wrapped.plugin.plugin_version = described->plugin_version;
    wrapped.plugin.copyright = described->copyright;
    wrapped.plugin.parameter_count = described->parameter_count;
    wrapped.plugin.parameters = described->parameters;
    wrapped.plugin.input_domain = described->input_domain;
    return 1;
}

const void *wrap_descriptor(PyObject *library, unsigned int host_version, unsigned int index)
{
    uintptr_t described = 0;
    wrapped.library = library;
    if (!ask("plugin_address", &described, "(II)", host_version, index) || !described)
        return NULL;
    if (!wrapped.nothing && !wrap((const struct vamp_plugin *)described))
        return NULL;
    return &wrapped.plugin;
}
