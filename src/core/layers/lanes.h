/* Small operations on the lanes of one number of a block, and the places of a
 * stage: `window` bins make a place, and bins left over belong to the last. */
#ifndef AC_LANES_H
#define AC_LANES_H

#include "layers/layer.h"

static inline int place_count_of(int steps, int window)
{
    return steps < window ? 1 : steps / window;
}

static inline int place_count(const ac_stage *stage)
{
    return place_count_of(stage->steps, stage->window);
}

static inline int place_of(const ac_stage *stage, int step)
{
    const int place = step / stage->window, last = place_count(stage) - 1;
    return place < last ? place : last;
}

static inline void lanes_set(real value, real *to)
{
    LANE_LOOP
    for (int l = 0; l < LANES; l++) {
        to[l] = value;
    }
}

static inline void lanes_scale(real factor, const real *from, real *to)
{
    LANE_LOOP
    for (int l = 0; l < LANES; l++) {
        to[l] = factor * from[l];
    }
}

/* to += factor from */
static inline void lanes_add(real factor, const real *from, real *to)
{
    LANE_LOOP
    for (int l = 0; l < LANES; l++) {
        to[l] += factor * from[l];
    }
}

/* to += a b, lane by lane */
static inline void lanes_add_product(const real *a, const real *b, real *to)
{
    LANE_LOOP
    for (int l = 0; l < LANES; l++) {
        to[l] += a[l] * b[l];
    }
}

/* Always in the same order. */
static inline real lanes_sum(const real *from)
{
    real sum = 0;
    for (int l = 0; l < LANES; l++)
        sum += from[l];
    return sum;
}

static inline real lanes_dot(const real *a, const real *b)
{
    real sum = 0;
    for (int l = 0; l < LANES; l++)
        sum += a[l] * b[l];
    return sum;
}

/* Softmax over `count` lane vectors, in place. */
static inline void lanes_softmax(int count, real *x)
{
    real largest[LANES], sum[LANES] = {0};
    memcpy(largest, x, sizeof largest);
    for (int i = 1; i < count; i++)
        for (int l = 0; l < LANES; l++)
            largest[l] =
                x[i * LANES + l] > largest[l] ? x[i * LANES + l] : largest[l];
    for (int i = 0; i < count; i++)
        for (int l = 0; l < LANES; l++) {
            x[i * LANES + l] = real_exp(x[i * LANES + l] - largest[l]);
            sum[l] += x[i * LANES + l];
        }
    for (int i = 0; i < count; i++)
        for (int l = 0; l < LANES; l++)
            x[i * LANES + l] /= sum[l];
}

/* The same over those that are present (1, the others 0); the others become
 * exactly 0. */
static inline void lanes_softmax_present(int count, const real *present,
                                         real *x)
{
    const real hidden = (real)1e30;
    for (int i = 0; i < count * LANES; i++)
        x[i] = present[i] * x[i] - (1 - present[i]) * hidden;
    lanes_softmax(count, x);
    for (int i = 0; i < count * LANES; i++)
        x[i] *= present[i];
}

/* From the gradient of the softmax `weight` to that of what went in, in place:
 * weight (d - sum of weight d). */
static inline void lanes_softmax_backward(int count, const real *weight,
                                          real *d)
{
    real mean[LANES] = {0};
    for (int i = 0; i < count; i++)
        lanes_add_product(weight + i * LANES, d + i * LANES, mean);
    for (int i = 0; i < count; i++)
        for (int l = 0; l < LANES; l++)
            d[i * LANES + l] =
                weight[i * LANES + l] * (d[i * LANES + l] - mean[l]);
}

#endif
