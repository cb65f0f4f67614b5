// What the onednn*.c files share: the library's functions, found at run time, its one engine, and layouts.
#pragma once
#include "adjoint_onednn.h"
#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <oneapi/dnnl/dnnl.h>

// The functions whose interface both majors share.
#define ADJ_DNNL_COMMON_FUNCTIONS(X) \
  X(version) X(engine_create) X(engine_destroy) X(stream_create) X(stream_wait) X(sgemm) \
  X(memory_create) X(memory_destroy) X(memory_set_data_handle) \
  X(memory_desc_equal) X(memory_desc_get_size) \
  X(primitive_desc_query) X(primitive_desc_query_md) X(primitive_desc_destroy) \
  X(primitive_create) X(primitive_destroy) X(primitive_execute) \
  X(primitive_attr_create) X(primitive_attr_destroy) X(primitive_attr_set_scratchpad_mode) \
  X(reorder_primitive_desc_create) \
  X(primitive_attr_set_post_ops) X(post_ops_create) X(post_ops_destroy) X(post_ops_append_sum) X(post_ops_append_eltwise)

#if DNNL_VERSION_MAJOR >= 3
#define ADJ_DNNL_OWN_FUNCTIONS(X) \
  X(memory_desc_create_with_tag) X(memory_desc_create_with_strides) X(matmul_primitive_desc_create) X(memory_desc_destroy) \
  X(convolution_forward_primitive_desc_create) X(convolution_backward_data_primitive_desc_create) \
  X(convolution_backward_weights_primitive_desc_create) X(primitive_desc_next_impl)
#else
#define ADJ_DNNL_OWN_FUNCTIONS(X) \
  X(memory_desc_init_by_tag) X(memory_desc_init_by_strides) X(matmul_desc_init) X(primitive_desc_create) \
  X(primitive_desc_iterator_create) X(primitive_desc_iterator_destroy) \
  X(primitive_desc_iterator_fetch) X(primitive_desc_iterator_next) \
  X(dilated_convolution_forward_desc_init) X(dilated_convolution_backward_data_desc_init) \
  X(dilated_convolution_backward_weights_desc_init)
#endif

#define ADJ_DNNL_FUNCTIONS(X) ADJ_DNNL_COMMON_FUNCTIONS(X) ADJ_DNNL_OWN_FUNCTIONS(X)

typedef struct {
#define ADJ_DNNL_FIELD(name) __typeof__(&dnnl_##name) name;
  ADJ_DNNL_FUNCTIONS(ADJ_DNNL_FIELD)
#undef ADJ_DNNL_FIELD
  dnnl_engine_t engine;
  dnnl_stream_t stream;
} adj_dnnl_library;

/// The loaded library, or null where it is not available.
__attribute__((visibility("hidden"))) const adj_dnnl_library *adj_dnnl(void);

// A memory layout. In version 2 it is a structure of ours, in version 3 an object of the library's.
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t adj_layout;
#else
typedef const dnnl_memory_desc_t *adj_layout;
#endif

/// The tensors of a convolution, whatever its kind: `images` or their gradient, and so on.
enum { IMAGES, WEIGHTS, RESULTS, OPERANDS };

/// What oneDNN wants to know about a shape, in its own types.
typedef struct {
  int axes, has_groups;
  dnnl_data_type_t type;
  int ranks[OPERANDS];
  dnnl_dims_t dims[OPERANDS];
  dnnl_dims_t strides, dilations, padding_before, padding_after;
} adj_geometry;

#pragma GCC visibility push(hidden)
adj_layout adj_layout_create(int rank, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag);
adj_layout adj_layout_create_strided(int rank, const dnnl_dims_t dims, dnnl_data_type_t type, const dnnl_dims_t strides);
void adj_layout_destroy(adj_layout layout);

/// The caller's layout of weights: dense, with the groups in front where there are some.
static inline dnnl_format_tag_t adj_weights_tag(const adj_geometry *g) {
  if (g->axes == 3) return g->has_groups ? dnnl_goidhw : dnnl_oidhw;
  return g->has_groups ? dnnl_goihw : dnnl_oihw;
}
/// The caller's layout of images and results: channels last.
static inline dnnl_format_tag_t adj_images_tag(const adj_geometry *g) { return g->axes == 3 ? dnnl_ndhwc : dnnl_nhwc; }

/// Fills in `g`; 0 where it is no shape that the library takes.
int adj_describe_geometry(adj_geometry *g, const adj_conv_shape *s);
/// Fills in `g` and describes the primitive that suits the shape; null where the library has none.
dnnl_primitive_desc_t adj_describe_convolution(int kind, const adj_conv_shape *shape, adj_geometry *g);
/// Whether the library's products of bfloat16 are made for this processor and its own settings.
int adj_onednn_multiplies_bfloat16(void);
#pragma GCC visibility pop
#endif
