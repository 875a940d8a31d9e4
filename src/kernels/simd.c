/* The table of a SIMD set. */
#include "simd.h"

#ifdef AFINA_FUSED
#define NUMERICS "fused"
#else
#define NUMERICS "plain"
#endif

const afina_kernels AFINA_JOIN_EXPANDED(kernels, AFINA_SET) = {
    .name = NUMERICS,
    .gemm = AFINA_LOCAL(gemm),
    .layernorm_forward = AFINA_SHARED(layernorm_forward),
    .layernorm_backward = AFINA_SHARED(layernorm_backward),
    .layernorm_backward_parameters = AFINA_SHARED(layernorm_backward_parameters),
    .gelu_forward = AFINA_SHARED(gelu_forward),
    .gelu_backward = AFINA_SHARED(gelu_backward),
    .attention_forward = AFINA_LOCAL(attention_forward),
    .attention_backward = AFINA_LOCAL(attention_backward),
    .softmax_cross_entropy_forward = AFINA_SHARED(softmax_cross_entropy_forward),
    .softmax_cross_entropy_backward = AFINA_SHARED(softmax_cross_entropy_backward),
    .bias_backward = AFINA_SHARED(bias_backward),
    .add = AFINA_SHARED(add),
    .sum_of_squares = AFINA_SHARED(sum_of_squares),
    .adamw = AFINA_SHARED(adamw),
    .tile = AFINA_LOCAL(tile),
    .tile_rows = TILE_M,
    .tile_columns = TILE_N,
};
