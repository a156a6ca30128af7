/* The sources that the core consists of in either precision, from the lowest
 * floor to the highest. single.c and double.c include this list once each,
 * after they have defined
 *   find_kernels(), usable_threads()   what the two precisions do differently
 *   AC_ENGINE                          the name of the engine to export
 * Everything else in these files is static, so the two never meet. */
#include "layers/bias.c"
#include "layers/random.c"

#include "layers/dense.c"
#include "layers/pool.c"
#include "layers/relu.c"

#include "layers/attention.c"
#include "layers/average.c"
#include "layers/conv.c"
#include "layers/distance.c"
#include "layers/dropout.c"
#include "layers/final_state.c"
#include "layers/gate.c"
#include "layers/lstm.c"
#include "layers/pad.c"
#include "layers/transpose.c"
#include "layers/value.c"

#include "network/adam.c"
#include "network/loss.c"
#include "network/outputs.c"
#include "network/shape.c"

#include "network/input.c"
#include "network/mask.c"

#include "network/carry.c"
#include "network/ties.c"

#include "network/network.c"
#include "network/team.c"
#include "network/shared.c"
#include "network/wave.c"

#include "network/blocks.c"
#include "network/gradient.c"
#include "network/predict.c"
#include "network/train.c"

#include "network/engine.c"
