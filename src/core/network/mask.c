/* Marks that genes do not have: those that the caller lacks, and those that are
 * dropped in training. Their input is 0, so that it has no effect; attention
 * over marks leaves them out (gate.c, attention.c). */
#include "network/network.h"

/* 2^-53 times a whole number below 2^53: from 0 to below 1. */
static double random_share(uint64_t key, uint64_t counter)
{
    return (double)(random_bits(key, counter) >> 11) * 0x1p-53;
}

/* Drops each mark of a gene with the network's rate. If none is left, one of
 * them stays. The choice depends on the seed, the mini-batch and the gene's
 * place in it. */
static void mask_drop(const network *net, int lane)
{
    const int marks = net->shape->marks;
    const uint64_t key = random_bits(net->dropout_rng.key, UINT64_MAX);
    const uint64_t word =
        (net->dropout_rng.block * LANES + lane) * ((uint64_t)marks + 1);
    real *present = net->mask.present + lane;
    int there = 0, left = 0;
    for (int j = 0; j < marks; j++)
        there += present[j * LANES] > 0;
    uint64_t chosen = there ? random_bits(key, word + marks) % there : 0;
    int stays = -1;
    for (int j = 0; j < marks; j++) {
        if (present[j * LANES] == 0)
            continue;
        if (chosen-- == 0)
            stays = j;
        if (random_share(key, word + j) < net->shape->mark_dropout)
            present[j * LANES] = 0;
        left += present[j * LANES] > 0;
    }
    if (left == 0 && stays >= 0)
        present[stays * LANES] = 1;
}

/* Of the genes of a block; the surplus lanes have all marks. */
static void mask_load(network *net, const ac_genes *genes, const int *order,
                      size_t first, int count)
{
    const int marks = net->shape->marks;
    const int drops = net->dropout_rng.on && net->shape->mark_dropout > 0;
    real *present = net->mask.present;
    net->mask.on = marks > 0 && (drops || genes->present);
    if (!net->mask.on)
        return;
    for (int i = 0; i < marks * LANES; i++)
        present[i] = 1;
    for (int l = 0; l < count; l++) {
        const size_t gene = order ? (size_t)order[first + l] : first + l;
        for (int j = 0; genes->present && j < marks; j++)
            present[j * LANES + l] = genes->present[gene * marks + j] != 0;
        if (drops)
            mask_drop(net, l);
    }
}

/* x, or a gradient by x, of marks that are not there becomes 0. */
static void mask_apply(const network *net, real *x)
{
    if (!net->mask.on)
        return;
    const size_t bins = net->input_count / net->shape->marks;
    for (size_t i = 0; i < net->input_count; i++) {
        const real *present = net->mask.present + i / bins * LANES;
        LANE_LOOP
        for (int l = 0; l < LANES; l++) {
            x[i * LANES + l] *= present[l];
        }
    }
}
