/* The plain kernels in double precision. They are the only ones there: with
 * R's BLAS for the products they are fast enough for a precision that serves to
 * check the other. (The reference BLAS gains 6 to 11 %, OpenBLAS a factor
 * of 2.5 to 3.) */
#define AC_DOUBLE
#include "kernels/plain.c"
