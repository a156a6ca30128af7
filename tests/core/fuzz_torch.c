/* A libFuzzer target: whatever the bytes, the reader says yes or no, and reads
 * no byte that is not there. `make fuzz TARGET=torch` runs
 * it. */
#include <stdlib.h>

#include "torch/torch.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    ac_torch file;
    if (ac_torch_read(&file, bytes, size))
        for (int i = 0; i < file.count; i++) {
            const size_t count = (size_t)file.entries[i].count;
            double *numbers = malloc((count + 1) * sizeof *numbers);
            if (numbers)
                ac_torch_numbers(&file.entries[i], numbers);
            free(numbers);
        }
    ac_torch_free(&file);
    return 0;
}
