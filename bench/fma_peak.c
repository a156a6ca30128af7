/* The most single-precision multiply-adds a second that one core does: ten
 * independent chains in registers, in the widest vectors that it has. Prints
 * GFLOP/s; 0 on machines other than x86-64. */
#include <stdio.h>

#if defined(__x86_64__)
#include <immintrin.h>
#include <time.h>

#define TEN(what)                                                              \
    what(0) what(1) what(2) what(3) what(4) what(5) what(6) what(7) what(8)    \
        what(9)
/* Makes the compiler believe that the value changes here and is needed. */
#define OPAQUE(x) __asm__ volatile("" : "+v"(x));
#define DECLARE(i) __m256 s##i = x; OPAQUE(s##i)
#define DECLARE_WIDE(i) __m512 s##i = x; OPAQUE(s##i)
#define MULTIPLY(i) s##i = _mm256_fmadd_ps(s##i, x, x);
#define MULTIPLY_WIDE(i) s##i = _mm512_fmadd_ps(s##i, x, x);
#define KEEP(i) OPAQUE(s##i)

__attribute__((target("avx2,fma"))) static void multiply_narrow(int rounds)
{
    const __m256 x = _mm256_set1_ps(0.5f);
    TEN(DECLARE)
    for (int i = 0; i < rounds; i++) {
        TEN(MULTIPLY)
    }
    TEN(KEEP)
}

__attribute__((target("avx512f"))) static void multiply_wide(int rounds)
{
    const __m512 x = _mm512_set1_ps(0.5f);
    TEN(DECLARE_WIDE)
    for (int i = 0; i < rounds; i++) {
        TEN(MULTIPLY_WIDE)
    }
    TEN(KEEP)
}

static double gflops(void (*multiply)(int), int lanes)
{
    const int rounds = 20000000;
    struct timespec from, to;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    multiply(rounds);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    return 2e-9 * 10 * lanes * rounds /
           ((double)(to.tv_sec - from.tv_sec) +
            1e-9 * (double)(to.tv_nsec - from.tv_nsec));
}

int main(void)
{
    double best = 0;
    for (int round = 0; round < 6; round++) {
        double rate = 0;
        if (round % 2 && __builtin_cpu_supports("avx512f"))
            rate = gflops(multiply_wide, 16);
        else if (__builtin_cpu_supports("avx2"))
            rate = gflops(multiply_narrow, 8);
        best = rate > best ? rate : best;
    }
    printf("%.1f\n", best);
    return 0;
}
#else
int main(void)
{
    printf("0\n");
    return 0;
}
#endif
