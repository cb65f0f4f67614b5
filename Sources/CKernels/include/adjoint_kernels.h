// Kernels of the CPU engine that are not pointwise. Each exists for float (f32) and double (f64).
// All results depend on the inputs and `threads` alone: fixed chunking, no atomics, no timing.
#pragma once
#include <stdint.h>

// --- products: C[m,n] = A[m,k] B[k,n], row-major, leading dimensions in elements.
// transpose_a: A is stored [k,m]; transpose_b: B is stored [n,k].
void adj_matmul_f32(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                    const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc, int threads);
void adj_matmul_f64(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                    const double *a, int64_t lda, const double *b, int64_t ldb, double *c, int64_t ldc, int threads);

// --- attention of sequences to themselves. `rows` are [batch, places, (heads + 2 key_heads) width]: queries, keys and
// values of every place, one after another; heads / key_heads queries share keys and values. The results are
// [batch, places, heads width]. `scratch` holds adj_attention_scratch bytes, 64-byte aligned.
typedef struct {
  int64_t batch, places, heads, key_heads, width;
  int causal; // a place sees those up to itself
  int is_bfloat16; // products may round floats to bfloat16, where the processor has instructions for it
  double scale;
} adj_attention;
int64_t adj_attention_scratch(const adj_attention *s, int element_bytes, int threads);
void adj_attention_f32(const adj_attention *s, const float *rows, float *results, void *scratch, int threads);
void adj_attention_f64(const adj_attention *s, const double *rows, double *results, void *scratch, int threads);
/// The gradient with respect to the rows.
void adj_attention_backward_f32(const adj_attention *s, const float *rows, const float *upstream, float *gradient,
                                void *scratch, int threads);
void adj_attention_backward_f64(const adj_attention *s, const double *rows, const double *upstream, double *gradient,
                                void *scratch, int threads);

// --- reductions over strided dimensions; the output is dense in the order of the kept dimensions.
// Sum of nothing is 0, product 1, maximum -infinity; a NaN in the input gives NaN in the maximum.
enum adj_reduction { ADJ_SUM, ADJ_MAX, ADJ_PRODUCT };
typedef struct {
  int32_t kept_rank, reduced_rank;                // up to 8 each, collapsed by the caller
  int64_t kept_sizes[8], kept_strides[8];         // strides in elements of the input
  int64_t reduced_sizes[8], reduced_strides[8];
} adj_reduction_shape;
void adj_reduce_f32(int kind, const adj_reduction_shape *shape, const float *in, float *out, int threads);
void adj_reduce_f64(int kind, const adj_reduction_shape *shape, const double *in, double *out, int threads);

// --- strided copy: out[i...] = in[i...] for all i below sizes; element size 1, 2, 4 or 8 bytes.
void adj_strided_copy(int rank, const int64_t *sizes, const void *in, const int64_t *in_strides,
                      void *out, const int64_t *out_strides, int element_bytes, int threads);

// --- softmax cross-entropy with class indices: logits [rows, classes] dense, targets [rows].
// loss = mean over rows of logsumexp(row) - row[target]; gradient = upstream / rows * (softmax - onehot).
// Returns the first row whose target is outside 0..<classes, or -1.
int64_t adj_softmax_cross_entropy_f32(int64_t rows, int64_t classes, const float *logits, const int64_t *targets,
                                      float *loss, int threads);
int64_t adj_softmax_cross_entropy_f64(int64_t rows, int64_t classes, const double *logits, const int64_t *targets,
                                      double *loss, int threads);
int64_t adj_softmax_cross_entropy_backward_f32(int64_t rows, int64_t classes, const float *logits,
                                      const int64_t *targets, const float *upstream, float *gradient, int threads);
int64_t adj_softmax_cross_entropy_backward_f64(int64_t rows, int64_t classes, const double *logits,
                                      const int64_t *targets, const double *upstream, double *gradient, int threads);

// --- windows over images of up to three spatial axes (missing ones have size 1). Strides of each image tensor
// are in elements, in the order n, c, d, h, w, so the same kernel serves NCHW and channels-last (c stride 1: the
// fast path, vectorised over channels).
typedef struct {
  int64_t n, c, d, h, w, out_d, out_h, out_w;     // images, channels, input size, output size
  int64_t kernel_d, kernel_h, kernel_w, stride_d, stride_h, stride_w;
  int64_t pad_d, pad_h, pad_w;                    // before (front, top, left)
  int64_t dilation_d, dilation_h, dilation_w;     // how far apart the elements under the window lie, from 1
  int64_t in_strides[5], out_strides[5];
} adj_window;
// The maximum of each window; padding never wins; ties go to the first element in row-major window order; a NaN wins.
void adj_max_pool_f32(const adj_window *w, const float *in, float *out, int threads);
void adj_max_pool_f64(const adj_window *w, const double *in, double *out, int threads);
// gradient (in the layout and size of `in`) = sum over windows of upstream at the position that won. Windows may overlap.
void adj_max_pool_backward_f32(const adj_window *w, const float *in, const float *upstream, float *gradient, int threads);
void adj_max_pool_backward_f64(const adj_window *w, const double *in, const double *upstream, double *gradient, int threads);
// out = values at the position that won in `in` (`values` laid out as `in`).
void adj_max_pool_select_f32(const adj_window *w, const float *in, const float *values, float *out, int threads);
void adj_max_pool_select_f64(const adj_window *w, const double *in, const double *values, double *out, int threads);

// --- convolution without a library: cross-correlation, weights dense [o, c / groups, d, h, w], images and results
// channels-last without gaps (`c` is the number of input channels, `o` the number of output channels). im2col and
// adj_matmul; groups of a few channels are summed over the window directly. `scratch` holds adj_convolution_scratch
// bytes, 64-byte aligned.
typedef struct {
  adj_window window;
  int64_t o, groups;
} adj_convolution;
int64_t adj_convolution_scratch(const adj_convolution *s, int element_bytes, int threads);
void adj_convolve_f32(const adj_convolution *s, const float *in, const float *weights, float *out, void *scratch, int threads);
void adj_convolve_f64(const adj_convolution *s, const double *in, const double *weights, double *out, void *scratch, int threads);
// gradient of the input and of the weights.
void adj_convolution_input_gradient_f32(const adj_convolution *s, const float *upstream, const float *weights, float *gradient, void *scratch, int threads);
void adj_convolution_input_gradient_f64(const adj_convolution *s, const double *upstream, const double *weights, double *gradient, void *scratch, int threads);
void adj_convolution_weight_gradient_f32(const adj_convolution *s, const float *in, const float *upstream, float *gradient, void *scratch, int threads);
void adj_convolution_weight_gradient_f64(const adj_convolution *s, const double *in, const double *upstream, double *gradient, void *scratch, int threads);

// --- the same for 3x3 windows that move by one over numbers of channels that are multiples of 16, by Winograd's
// F(2x2, 3x3), which multiplies 2.25 times less often. `scratch` holds adj_winograd_scratch bytes, 64-byte aligned.
typedef enum { ADJ_WINOGRAD_FORWARD, ADJ_WINOGRAD_INPUT_GRADIENT, ADJ_WINOGRAD_WEIGHT_GRADIENT } adj_winograd_role;
int adj_winograd_serves(const adj_convolution *s);
int64_t adj_winograd_scratch(const adj_convolution *s, adj_winograd_role role, int threads);
void adj_winograd_forward(const adj_convolution *s, const float *in, const float *weights, float *out, void *scratch, int threads);
void adj_winograd_input_gradient(const adj_convolution *s, const float *upstream, const float *weights, float *gradient, void *scratch, int threads);
void adj_winograd_weight_gradient(const adj_convolution *s, const float *in, const float *upstream, float *gradient, void *scratch, int threads);
// of bfloat16: sums in float, results rounded; only where the processor multiplies pairs of them.
int adj_winograd_serves_bfloat16(const adj_convolution *s);
void adj_winograd_forward_bfloat16(const adj_convolution *s, const uint16_t *in, const uint16_t *weights, uint16_t *out, void *scratch, int threads);
void adj_winograd_input_gradient_bfloat16(const adj_convolution *s, const uint16_t *upstream, const uint16_t *weights, uint16_t *gradient, void *scratch, int threads);
void adj_winograd_weight_gradient_bfloat16(const adj_convolution *s, const uint16_t *in, const uint16_t *upstream, uint16_t *gradient, void *scratch, int threads);
