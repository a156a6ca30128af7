/* Checks and conversions that the ffi_* entry points share. */
#include <math.h>
#include <string.h>

#include "ffi.h"

/* A double vector; of any length if `length` is negative. */
SEXP as_numbers(SEXP x, const char *what, R_xlen_t length)
{
    if (TYPEOF(x) != REALSXP)
        Rf_error("internal error: '%s' must be double, not %s", what,
                 Rf_type2char(TYPEOF(x)));
    if (length >= 0 && Rf_xlength(x) != length)
        Rf_error("internal error: '%s' must have %.0f numbers, not %.0f", what,
                 (double)length, (double)Rf_xlength(x));
    return x;
}

SEXP list_element(SEXP list, const char *name)
{
    SEXP names = Rf_getAttrib(list, R_NamesSymbol);
    for (R_xlen_t i = 0; i < Rf_xlength(names); i++)
        if (strcmp(CHAR(STRING_ELT(names, i)), name) == 0)
            return VECTOR_ELT(list, i);
    Rf_error("internal error: no element '%s'", name);
}

/* NaN is out of every range. */
double list_number(SEXP list, const char *name, double lower, double upper)
{
    const double x = Rf_asReal(list_element(list, name));
    if (!(x >= lower && x <= upper))
        Rf_error("internal error: '%s' must be from %g to %g, not %g", name,
                 lower, upper, x);
    return x;
}

/* The cast of a number that an int does not hold would be undefined. */
int as_int(double x, const char *name, int lower, int upper)
{
    if (!(x >= lower && x <= upper) || x != floor(x))
        Rf_error("internal error: '%s' must be a whole number from %d to %d, "
                 "not %.17g",
                 name, lower, upper, x);
    return (int)x;
}

int list_int(SEXP list, const char *name, int lower, int upper)
{
    return as_int(Rf_asReal(list_element(list, name)), name, lower, upper);
}

/* The number of a string among `names`. */
int as_choice(SEXP x, const char *what, const char *const *names, int count)
{
    const char *name = CHAR(Rf_asChar(x));
    for (int i = 0; i < count; i++)
        if (names[i] && strcmp(name, names[i]) == 0)
            return i;
    Rf_error("internal error: no %s is called '%s'", what, name);
}

/* 0 where there is no memory; a fault that R code should have found jumps. */
int check_status(ac_status status)
{
    if (status == AC_BAD_NETWORK)
        Rf_error("internal error: stages that do not fit each other, or a "
                 "wrong number of parameters");
    if (status == AC_NO_KERNELS)
        Rf_error("internal error: no such kernels on this machine");
    return status != AC_NO_MEMORY;
}
