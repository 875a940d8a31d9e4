/* The pretraining kernels: reference.c compiled for this machine's widest vectors with fast math (CMakeLists.txt
 * sets the flags), and the matrix product from BLAS. Fast and not reproducible between machines: outside law 1. */
#define AFINA_NATIVE_SET
#include "reference.c"

#include <cblas.h>

/* Called from our own threads, each on its own rows of c: the caller keeps BLAS itself on one thread. */
static void blas_gemm(float *c, size_t c_row, const float *a, size_t a_row, size_t a_col, const float *b,
                      size_t b_row, size_t b_col, size_t M, size_t N, size_t K, float *scratch) {
  (void)scratch;
  const int a_turned = a_col != 1, b_turned = b_col != 1;
  cblas_sgemm(CblasRowMajor, a_turned ? CblasTrans : CblasNoTrans, b_turned ? CblasTrans : CblasNoTrans,
              (int)M, (int)N, (int)K, 1, a, (int)(a_turned ? a_col : a_row), b,
              (int)(b_turned ? b_col : b_row), 1, c, (int)c_row);
}

void afina_kernels_native_prepare(void) { openblas_set_num_threads(1); }

const afina_kernels afina_kernels_native = {
    .name = "native",
    .gemm = blas_gemm,
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
