/* The bytes of a PyTorch file in, its state dict out: a named list with a
 * numeric vector for each tensor, the last dimension varying fastest as in the
 * file, with the attributes `sizes` and `type`. A string instead says why the
 * file is refused. */
#include <string.h>

#include "core/torch/torch.h"
#include "ffi.h"

/* R frees the memory of the core, also if an allocation of R fails. */
static void free_file(SEXP pointer)
{
    ac_torch *file = R_ExternalPtrAddr(pointer);
    if (!file)
        return;
    ac_torch_free(file);
    R_Free(file);
    R_ClearExternalPtr(pointer);
}

static SEXP wrap_tensor(const ac_torch_entry *entry)
{
    const ac_pickle_tensor *tensor = entry->tensor;
    SEXP out = PROTECT(Rf_allocVector(REALSXP, (R_xlen_t)entry->count));
    ac_torch_numbers(entry, REAL(out));
    SEXP sizes = PROTECT(Rf_allocVector(INTSXP, tensor->dims));
    for (int d = 0; d < tensor->dims; d++)
        INTEGER(sizes)[d] = (int)tensor->size[d];
    Rf_setAttrib(out, Rf_install("sizes"), sizes);
    SEXP type = PROTECT(Rf_mkString(ac_torch_type(entry)));
    Rf_setAttrib(out, Rf_install("type"), type);
    UNPROTECT(3);
    return out;
}

SEXP ffi_read_torch(SEXP ffi_bytes)
{
    if (TYPEOF(ffi_bytes) != RAWSXP)
        Rf_error("internal error: the file must be raw");
    SEXP pointer = PROTECT(R_MakeExternalPtr(NULL, R_NilValue, ffi_bytes));
    R_RegisterCFinalizer(pointer, free_file);
    ac_torch *file = R_Calloc(1, ac_torch);
    R_SetExternalPtrAddr(pointer, file);
    if (!ac_torch_read(file, RAW(ffi_bytes), (size_t)Rf_xlength(ffi_bytes))) {
        SEXP message = PROTECT(Rf_mkString(file->message));
        free_file(pointer);
        UNPROTECT(2);
        return message;
    }
    SEXP out = PROTECT(Rf_allocVector(VECSXP, file->count));
    SEXP names = PROTECT(Rf_allocVector(STRSXP, file->count));
    for (int i = 0; i < file->count; i++) {
        const ac_torch_entry *entry = &file->entries[i];
        if (memchr(entry->name, 0, entry->name_length))
            Rf_error("a name in the file has a zero byte");
        SET_STRING_ELT(
            names, i,
            Rf_mkCharLenCE(entry->name, (int)entry->name_length, CE_UTF8));
        SET_VECTOR_ELT(out, i, wrap_tensor(entry));
    }
    Rf_setAttrib(out, R_NamesSymbol, names);
    free_file(pointer);
    UNPROTECT(3);
    return out;
}
