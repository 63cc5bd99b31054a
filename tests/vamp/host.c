/* A Vamp host for tests, compiled against vamp.h; prints features without loss of precision.
 *
 * host features LIBRARY RATE CHANNELS BLOCK FILE    features of every output
 * host threads  LIBRARY RATE CHANNELS BLOCK FILE N  the same from N threads at once
 * host repeat   LIBRARY RATE CHANNELS BLOCK FILE N  N instances; memory after the first
 *                                                   tenth and at the end, in KiB
 * host cycles   LIBRARY N                           open and close, address of the descriptor
 *
 * FILE has interleaved float32. A feature is a line: output, timestamp, duration, label,
 * values in hexadecimal.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vamp/vamp.h>

static const VampPluginDescriptor *plugin;
static float rate;
static unsigned int channels, block;
static float *samples;
static size_t frames;

static void *open_library(const char *path)
{
    void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    VampGetPluginDescriptorFunction get =
        (VampGetPluginDescriptorFunction)dlsym(library, "vampGetPluginDescriptor");
    plugin = get(VAMP_API_VERSION, 0);
    if (!plugin) {
        printf("no plugin\n");
        exit(3);
    }
    return library;
}

static void read_samples(const char *path)
{
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    size_t count = (size_t)ftell(file) / sizeof(float);
    rewind(file);
    samples = malloc(count * sizeof(float) + 1);
    if (fread(samples, sizeof(float), count, file) != count)
        exit(1);
    fclose(file);
    frames = count / channels;
}

static void print_features(FILE *out, unsigned int output, VampFeatureList list)
{
    for (unsigned int i = 0; i < list.featureCount; i++) {
        VampFeature feature = list.features[i].v1;
        VampFeatureV2 more = list.features[list.featureCount + i].v2;
        fprintf(out, "%u\t%d.%09d\t", output, feature.sec, feature.nsec);
        if (more.hasDuration)
            fprintf(out, "%d.%09d", more.durationSec, more.durationNsec);
        fprintf(out, "\t%s\t", feature.label ? feature.label : "");
        for (unsigned int j = 0; j < feature.valueCount; j++)
            fprintf(out, "%s%a", j ? " " : "", feature.values[j]);
        fprintf(out, "\n");
    }
}

/* Feeds the file, padding the last block with zeros, and writes all features. */
static int run(FILE *out)
{
    VampPluginHandle handle = plugin->instantiate(plugin, rate);
    unsigned int outputs = plugin->getOutputCount(handle);
    if (!plugin->initialise(handle, channels, block, block)) {
        fprintf(out, "not initialised\n");
        plugin->cleanup(handle);
        return 1;
    }
    float **buffers = malloc(channels * sizeof(float *));
    for (unsigned int channel = 0; channel < channels; channel++)
        buffers[channel] = malloc(block * sizeof(float));
    for (size_t start = 0; start < frames; start += block) {
        for (unsigned int channel = 0; channel < channels; channel++)
            for (unsigned int i = 0; i < block; i++)
                buffers[channel][i] =
                    start + i < frames ? samples[(start + i) * channels + channel] : 0;
        double seconds = start / (double)rate;
        int whole = (int)seconds;
        VampFeatureList *features = plugin->process(handle, (const float *const *)buffers, whole,
                                                    (int)((seconds - whole) * 1e9));
        for (unsigned int output = 0; output < outputs; output++)
            print_features(out, output, features[output]);
        plugin->releaseFeatureSet(features);
    }
    VampFeatureList *features = plugin->getRemainingFeatures(handle);
    for (unsigned int output = 0; output < outputs; output++)
        print_features(out, output, features[output]);
    plugin->releaseFeatureSet(features);
    plugin->cleanup(handle);
    for (unsigned int channel = 0; channel < channels; channel++)
        free(buffers[channel]);
    free(buffers);
    return 0;
}

static void *run_in_thread(void *text)
{
    size_t size;
    FILE *out = open_memstream((char **)text, &size);
    run(out);
    fclose(out);
    return NULL;
}

static int run_threads(int count)
{
    pthread_t *threads = malloc(count * sizeof(pthread_t));
    char **texts = calloc(count, sizeof(char *));
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, run_in_thread, &texts[i]);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    for (int i = 1; i < count; i++)
        if (strcmp(texts[0], texts[i])) {
            printf("threads differ\n");
            return 1;
        }
    fputs(texts[0], stdout);
    return 0;
}

static long resident_kib(void)
{
    long size, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    if (fscanf(file, "%ld %ld", &size, &resident) != 2)
        exit(1);
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static int run_again_and_again(int count)
{
    FILE *nowhere = fopen("/dev/null", "w");
    for (int i = 1; i <= count; i++) {
        if (run(nowhere))
            return 1;
        if (i == count / 10 || i == count)
            printf("%d\t%ld\n", i, resident_kib());
    }
    return 0;
}

static int open_and_close(const char *path, int count)
{
    for (int i = 0; i < count; i++) {
        void *library = open_library(path);
        printf("%p %s\n", (const void *)plugin, plugin->identifier);
        dlclose(library);
    }
    return 0;
}

int main(int count, char **words)
{
    if (count == 4 && !strcmp(words[1], "cycles"))
        return open_and_close(words[2], atoi(words[3]));
    if (count < 7)
        return 2;
    rate = strtof(words[3], NULL);
    channels = atoi(words[4]);
    block = atoi(words[5]);
    open_library(words[2]);
    read_samples(words[6]);
    if (!strcmp(words[1], "features"))
        return run(stdout);
    if (count == 8 && !strcmp(words[1], "threads"))
        return run_threads(atoi(words[7]));
    if (count == 8 && !strcmp(words[1], "repeat"))
        return run_again_and_again(atoi(words[7]));
    return 2;
}
