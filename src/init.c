/* Registration, and what the core needs once. */
#include <R_ext/Rdynload.h>
#include <R_ext/Visibility.h>

#include "ffi.h"

#define CALL_ENTRY(name, arguments)                                            \
    {                                                                          \
#name, (DL_FUNC)&name, arguments                                       \
    }

/* clang-format off */
static const R_CallMethodDef call_entries[] = {
    CALL_ENTRY(ffi_train, 5),
    CALL_ENTRY(ffi_predict, 4),
    CALL_ENTRY(ffi_gradient, 3),
    CALL_ENTRY(ffi_logit_gradient, 3),
    CALL_ENTRY(ffi_array_facts, 3),
    CALL_ENTRY(ffi_memory, 2),
    CALL_ENTRY(ffi_kernels, 1),
    CALL_ENTRY(ffi_processors, 0),
    CALL_ENTRY(ffi_openblas, 0),
    CALL_ENTRY(ffi_hold_blas, 0),
    CALL_ENTRY(ffi_release_blas, 1),
    CALL_ENTRY(ffi_count_reads, 3),
    CALL_ENTRY(ffi_count_bed, 3),
    CALL_ENTRY(ffi_check_gzip, 1),
    CALL_ENTRY(ffi_index_records, 1),
    CALL_ENTRY(ffi_read_torch, 1),
    CALL_ENTRY(ffi_write_file, 2),
    CALL_ENTRY(ffi_append_file, 2),
    CALL_ENTRY(ffi_sync_file, 1),
    CALL_ENTRY(ffi_replace_file, 2),
    CALL_ENTRY(ffi_is_locked, 1),
    CALL_ENTRY(ffi_is_running, 1),
    {NULL, NULL, 0},
};
/* clang-format on */

attribute_visible void R_init_AttentiveChrome(DllInfo *dll)
{
    R_registerRoutines(dll, NULL, call_entries, NULL, NULL);
    R_useDynamicSymbols(dll, FALSE);
    R_forceSymbols(dll, TRUE);
    ac_watch_forks();
    use_blas();
}
