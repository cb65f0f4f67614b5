// oneDNN, found at run time with dlopen; compiled against its headers where they are present (majors 2 and 3).
#pragma once
#include <stdint.h>

/// 1 where headers were present at build time and the library was found and has the same major version.
int adj_onednn_available(void);
/// "2.6.3", or "" where absent.
const char *adj_onednn_version(void);
/// One line that says why it is not available (no headers at build time, library not found, versions differ), or "".
const char *adj_onednn_problem(void);

/// 1 where the processor multiplies bfloat16 by instructions of its own.
int adj_has_bfloat16(void);

/// Row-major product as in adj_matmul_f32. Returns 0 on success.
int adj_onednn_matmul(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                      const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc);

typedef struct adj_onednn_product adj_onednn_product;

/// Prepares a product of these sizes, as in adj_matmul_f32, for a team of `threads`: of float32, or of bfloat16 added up in
/// float32 and rounded once. Null where the library refuses.
adj_onednn_product *adj_onednn_product_create(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                                              int64_t lda, int64_t ldb, int64_t ldc, int is_bfloat16,
                                              int threads);
void adj_onednn_product_destroy(adj_onednn_product *product);
/// Returns 0 on success.
int adj_onednn_product_run(adj_onednn_product *product, const void *a, const void *b, void *c);

enum adj_onednn_kind { ADJ_CONV_FORWARD, ADJ_CONV_INPUT_GRADIENT, ADJ_CONV_WEIGHT_GRADIENT };

/// A convolution over `axes` spatial axes, two or three, the outermost first.
typedef struct {
  int axes, is_bfloat16;
  int64_t n, c, o, groups;
  int64_t size[3], out[3], kernel[3], stride[3], dilation[3], pad_before[3], pad_after[3];
} adj_conv_shape;

typedef struct adj_onednn_conv adj_onednn_conv;

/// 1 where `adj_onednn_conv_create` finds a primitive for this shape.
int adj_onednn_conv_exists(int kind, const adj_conv_shape *shape);

/// Prepares one convolution of float32, or of bfloat16 added up in float32, for images that are channels-last (NHWC) in memory and weights that are
/// dense [o, c / groups, ...] in memory; what the library wants otherwise is reordered inside `run`, in buffers made here once.
/// `threads` is the team size the primitive is made for. Null where the library refuses, or has only
/// plain loops.
adj_onednn_conv *adj_onednn_conv_create(int kind, const adj_conv_shape *shape, int threads);
void adj_onednn_conv_destroy(adj_onednn_conv *conv);
/// forward: a = input, b = weights, out = output. input gradient: a = upstream, b = weights, out = input gradient.
/// weight gradient: a = input, b = upstream, out = weight gradient. Returns 0 on success.
int adj_onednn_conv_run(adj_onednn_conv *conv, const void *a, const void *b, void *out);

typedef struct adj_onednn_layer adj_onednn_layer;

/// Prepares a float32 convolution of channels-last images with what follows it: a bias, where it `adds` what is in the
/// results before, and where it `rectifies` max(., 0). Its weights are in a layout of the library's choice. Null where the
/// library refuses, or has only plain loops.
adj_onednn_layer *adj_onednn_layer_create(const adj_conv_shape *shape, int adds, int rectifies, int threads);
void adj_onednn_layer_destroy(adj_onednn_layer *layer);
/// The size of the weights in that layout, and of memory that a run wants for itself.
int64_t adj_onednn_layer_packed_bytes(const adj_onednn_layer *layer);
int64_t adj_onednn_layer_scratch_bytes(const adj_onednn_layer *layer);
/// Dense weights [o, c / groups, ...], each output's times its factor, in that layout. Returns 0 on success.
int adj_onednn_layer_pack(adj_onednn_layer *layer, const float *weights, const double *factors, float *packed);
/// Returns 0 on success.
int adj_onednn_layer_run(adj_onednn_layer *layer, const float *images, const float *packed, const float *bias,
                         float *results, void *scratch);
