/* bfloat16: the upper 16 bits of a float, rounded to nearest even. */
#ifndef AC_BFLOAT16_H
#define AC_BFLOAT16_H

#include <stdint.h>
#include <string.h>

static inline uint16_t bfloat16_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x)
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static inline float bfloat16_round(float x)
{
    const uint32_t bits = (uint32_t)bfloat16_of(x) << 16;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Two of them, as the instructions read them: the first in the low half. */
static inline uint32_t bfloat16_pair(float first, float second)
{
    return (uint32_t)bfloat16_of(second) << 16 | bfloat16_of(first);
}

#endif
