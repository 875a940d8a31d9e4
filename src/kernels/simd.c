/* The portable kernels, for now the reference's loops with a matrix product that vectorises over n.
 */
#define AFINA_NATIVE_SET
#include "reference.c"

static void gemm_rows(afina_real *c, size_t c_row, const afina_real *a, size_t a_row, size_t a_col,
                      const afina_real *b, size_t b_row, size_t b_col, size_t M, size_t N, size_t K,
                      afina_real *scratch) {
  (void)scratch;
  for (size_t m = 0; m < M; m++)
    for (size_t k = 0; k < K; k++) {
      const afina_real value = a[m * a_row + k * a_col];
      for (size_t n = 0; n < N; n++) c[m * c_row + n] += value * b[k * b_row + n * b_col];
    }
}

const afina_kernels afina_kernels_plain = {
    .name = "plain",
    .gemm = gemm_rows,
    .layernorm_forward = layernorm_forward,
    .layernorm_backward = layernorm_backward,
    .layernorm_backward_parameters = layernorm_backward_parameters,
    .gelu_forward = gelu_forward,
    .gelu_backward = gelu_backward,
    .attention_forward = attention_forward,
    .attention_backward = attention_backward,
    .softmax_cross_entropy_forward = softmax_cross_entropy_forward,
    .softmax_cross_entropy_backward = softmax_cross_entropy_backward,
    .bias_backward = bias_backward,
    .add = add,
    .sum_of_squares = sum_of_squares,
    .adamw = adamw,
};
