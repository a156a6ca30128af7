/* Random bits as a function of a key and a counter, without state: any order
 * and any thread get the same number. This is the
 * n-th number of SplitMix64 (Steele, Lea & Flood, 2014) seeded with the key. */
#include <stdint.h>

static uint64_t random_bits(uint64_t key, uint64_t counter)
{
    uint64_t z = key + (counter + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}
