/* How a test program ends: prints its counts, and writes them to the file
 * `name` in the folder ATTENTIVECHROME_COUNTS, if that is set. */
#ifndef TEST_COUNTS_H
#define TEST_COUNTS_H

#include <stdio.h>
#include <stdlib.h>

static int report_counts(const char *name, int passed, int failed)
{
    const char *folder = getenv("ATTENTIVECHROME_COUNTS");
    char path[4096];
    printf("C tests (%s): %d passed, %d failed\n", name, passed, failed);
    if (folder &&
        snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path) {
        FILE *counts = fopen(path, "w");
        if (counts) {
            fprintf(counts, "%d %d\n", passed, failed);
            fclose(counts);
        }
    }
    return failed > 0;
}

#endif
