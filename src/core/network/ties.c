/* Copies that share weights: the last `tied` copies of a stage have those of
 * the copies `tied` places before. Each has parameters and a gradient of its
 * own, which follow all others, so that copies can run at the same time; here
 * the one is copied, and the other added. */
#include "network/network.h"

static int is_tied(const layer *self)
{
    return self->copy >= self->stage->copies - self->stage->tied;
}

static size_t tied_parameter_count(const ac_network *shape)
{
    size_t count = 0;
    for (int s = 0; s < shape->stage_count; s++)
        count +=
            shape->stages[s].tied * stage_parameter_count(&shape->stages[s]);
    return count;
}

/* After the parameters have changed. */
static void tie_parameters(const network *net, real *parameters)
{
    for (int i = 0; i < net->layer_count; i++) {
        const layer *self = &net->layers[i];
        if (is_tied(self))
            memcpy(parameters + (self->parameters - net->layers->parameters),
                   (self - self->stage->tied)->parameters,
                   sizeof(real) * stage_parameter_count(self->stage));
    }
}

/* Once the gradients of all blocks are summed. */
static void tie_gradient(const network *net)
{
    for (int i = 0; i < net->layer_count; i++) {
        const layer *self = &net->layers[i];
        if (!is_tied(self))
            continue;
        real *to = (self - self->stage->tied)->gradient;
        for (size_t j = 0; j < stage_parameter_count(self->stage); j++)
            to[j] += self->gradient[j];
    }
}
