/* Opens a Vamp library as hosts do: the last step of the installation.
 *
 * Usage: check LIBRARY. Prints the interface version and the identifier of the first plugin.
 */
#include "vamp_interface.h"

#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    void *library = dlopen(words[1], RTLD_LAZY | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    const struct vamp_plugin *(*get)(unsigned int, unsigned int);
    *(void **)&get = dlsym(library, "vampGetPluginDescriptor");
    const struct vamp_plugin *found = get ? get(2, 0) : NULL;
    if (!found) {
        fprintf(stderr, "the library has no plugin.\n");
        return 1;
    }
    printf("%u %s\n", found->api_version, found->identifier);
    return 0;
}
