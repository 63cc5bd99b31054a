/* Structures of Vamp's plugin interface, version 2, in which the library itself reads or writes.
 *
 * The SDK's header vamp/vamp.h isn't needed to install the plugin. tests/vamp/test_abi.py compares
 * the two. Other structures are made in Python (abi.py), and only their addresses pass through.
 */
#ifndef QUADPRED_VAMP_INTERFACE_H
#define QUADPRED_VAMP_INTERFACE_H

struct vamp_feature_list {
    unsigned int feature_count;
    void *features;
};

struct vamp_plugin {
    unsigned int api_version;
    const char *identifier;
    const char *name;
    const char *description;
    const char *maker;
    int plugin_version;
    const char *copyright;
    unsigned int parameter_count;
    const void *const *parameters;
    unsigned int program_count;
    const char *const *programs;
    int input_domain;
    void *(*instantiate)(const struct vamp_plugin *, float sample_rate);
    void (*cleanup)(void *handle);
    int (*initialise)(void *handle, unsigned int channels, unsigned int step, unsigned int block);
    void (*reset)(void *handle);
    float (*get_parameter)(void *handle, int index);
    void (*set_parameter)(void *handle, int index, float value);
    unsigned int (*get_current_program)(void *handle);
    void (*select_program)(void *handle, unsigned int index);
    unsigned int (*get_preferred_step_size)(void *handle);
    unsigned int (*get_preferred_block_size)(void *handle);
    unsigned int (*get_minimum_channel_count)(void *handle);
    unsigned int (*get_maximum_channel_count)(void *handle);
    unsigned int (*get_output_count)(void *handle);
    void *(*get_output_descriptor)(void *handle, unsigned int index);
    void (*release_output_descriptor)(void *output);
    struct vamp_feature_list *(*process)(void *handle, const float *const *buffers, int seconds,
                                         int nanoseconds);
    struct vamp_feature_list *(*get_remaining_features)(void *handle);
    void (*release_feature_set)(struct vamp_feature_list *features);
};

#endif
