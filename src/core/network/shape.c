/* The shape of a network: the kinds of layers, and whether its stages fit each
 * other and the limits. */
#include <limits.h>

#include "network/network.h"

static const layer_type *const layer_types[AC_LAYER_TYPES] = {
    [AC_LSTM] = &lstm_layer,       [AC_ATTENTION] = &attention_layer,
    [AC_DENSE] = &dense_layer,     [AC_CONV] = &conv_layer,
    [AC_POOL] = &pool_layer,       [AC_RELU] = &relu_layer,
    [AC_DROPOUT] = &dropout_layer, [AC_TRANSPOSE] = &transpose_layer,
    [AC_PAD] = &pad_layer,         [AC_FINAL_STATE] = &final_state_layer,
    [AC_AVERAGE] = &average_layer, [AC_VALUE] = &value_layer,
    [AC_GATE] = &gate_layer,       [AC_DISTANCE] = &distance_layer,
};

/* The kernels count the weights and the inputs of one output with an
 * int. These limits keep such products below 2^31, and all sizes of a
 * network far below 2^64. */
enum {
    MAX_COPIES = 1 << 24,
    MAX_UNITS = 1 << 24,
    MAX_INPUTS = 1 << 26 /* numbers per gene that a copy reads or writes */
};

/* Whether a stage has the marks where it says so, if any can be missing. */
static int has_marks(const ac_stage *stage, int marks)
{
    if (marks == 0)
        return 1;
    switch (stage->marks) {
    case AC_MARK_COPIES:
        return stage->copies == marks;
    case AC_MARK_STEPS:
        return stage->steps == marks && stage->copies == 1;
    default:
        return stage->layer != AC_GATE || stage->inputs == marks;
    }
}

static int stage_is_valid(const ac_stage *stage)
{
    if (stage->layer < 0 || stage->layer >= AC_LAYER_TYPES ||
        stage->copies < 1 || stage->steps < 1 || stage->inputs < 1 ||
        stage->offset < 0 || stage->tied < 0 || stage->tied > stage->copies / 2)
        return 0;
    const layer_type *type = layer_types[stage->layer];
    return !type->is_valid || type->is_valid(stage);
}

/* Of one copy. */
static size_t stage_parameter_count(const ac_stage *stage)
{
    const layer_type *type = layer_types[stage->layer];
    return type->parameter_count ? type->parameter_count(stage) : 0;
}

static size_t stage_output_count(const ac_stage *stage)
{
    return layer_types[stage->layer]->output_count(stage);
}

static size_t stage_side_count(const ac_stage *stage)
{
    const layer_type *type = layer_types[stage->layer];
    return type->side_count ? type->side_count(stage) : 0;
}

static size_t stage_export_count(const ac_stage *stage)
{
    const layer_type *type = layer_types[stage->layer];
    return type->export_count ? type->export_count(stage) : 0;
}

/* Whether a valid stage is within the limits. */
static int stage_fits(const ac_stage *stage)
{
    return stage->copies <= MAX_COPIES && stage->units <= MAX_UNITS &&
           stage_side_count(stage) <= MAX_INPUTS &&
           stage_input_count(stage) <= MAX_INPUTS &&
           stage_output_count(stage) <= MAX_INPUTS &&
           stage_parameter_count(stage) <= INT_MAX;
}

static size_t network_parameter_count(const ac_network *shape)
{
    size_t count = 0;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (!stage_is_valid(stage) || !stage_fits(stage))
            return 0;
        count += (stage->copies - stage->tied) * stage_parameter_count(stage);
    }
    return count;
}

/* A slice begins at the offset of the stage, and what follows it is either kept
 * or was read before. The first stage has the whole input. */
static int reads_what_is_there(const ac_stage *stage, size_t written, int s)
{
    const size_t read = stage->copies * stage_input_count(stage);
    const size_t first = (size_t)stage->offset;
    if (s == 0 || stage->branch)
        return read == written && first == 0 && !stage->keep;
    if (first == 0 && !stage->keep)
        return read == written;
    return first <= written && read <= written - first;
}

/* Each stage reads exactly what the one before wrote (or a slice of it, where
 * it says so), or the input where a second branch begins; a gate also reads
 * what the first branch wrote; the last stage writes the outputs. */
static ac_status check_network(const ac_network *shape)
{
    const size_t inputs =
        shape->stage_count < 1
            ? 0
            : shape->stages[0].copies * stage_input_count(&shape->stages[0]);
    size_t written = inputs, layers = 0, side = 0;
    if (shape->stage_count < 1 || shape->marks < 0 ||
        (shape->marks > 0 && inputs % shape->marks != 0))
        return AC_BAD_NETWORK;
    for (int s = 0; s < shape->stage_count; s++) {
        const ac_stage *stage = &shape->stages[s];
        if (!stage_is_valid(stage) || !has_marks(stage, shape->marks))
            return AC_BAD_NETWORK;
        layers += (size_t)stage->copies;
        if (!stage_fits(stage) || layers > MAX_COPIES)
            return AC_NO_MEMORY;
        if (stage->branch) {
            if (s == 0 || side)
                return AC_BAD_NETWORK;
            side = written;
            written = inputs;
        }
        if (!reads_what_is_there(stage, written, s))
            return AC_BAD_NETWORK;
        if (stage_side_count(stage)) {
            if (stage_side_count(stage) != side)
                return AC_BAD_NETWORK;
            side = 0;
        }
        written = stage->copies * stage_output_count(stage) +
                  (stage->keep ? written : 0);
        if (written > MAX_INPUTS && stage->keep)
            return AC_NO_MEMORY;
    }
    const int fits = outputs_fit(shape, written) && side == 0 &&
                     network_parameter_count(shape) > 0;
    return fits ? AC_OK : AC_BAD_NETWORK;
}

static int count_layers(const ac_network *shape)
{
    int count = 0;
    for (int s = 0; s < shape->stage_count; s++)
        count += shape->stages[s].copies;
    return count;
}
