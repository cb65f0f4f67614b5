// Layers of inference through oneDNN: a convolution with what follows it in one primitive, its weights in the layout that
// the library likes best, which is made once and used by all runs.
#include "adjoint_onednn.h"
#include "adjoint_threads.h"
#include "onednn_internal.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LAYER_IMAGES, LAYER_WEIGHTS, LAYER_BIAS, LAYER_RESULTS, LAYER_SCRATCH, LAYER_OPERANDS };

struct adj_onednn_layer {
  int threads;
  int64_t outputs, weights;   // how many there are
  int64_t packed_bytes, scratch_bytes;
  dnnl_primitive_t primitive, packing;
  dnnl_memory_t operands[LAYER_OPERANDS]; // addresses are set at each run
  dnnl_memory_t plain;        // the weights as they are given
  pthread_mutex_t lock;       // one run at a time: addresses belong to the object
};

// What follows the convolution, in this order.
static dnnl_primitive_attr_t create_attributes(int adds, int rectifies) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t operations = NULL;
  if (dnnl->primitive_attr_create(&attributes) != dnnl_success) return NULL;
  int created = dnnl->post_ops_create(&operations) == dnnl_success;
#if DNNL_VERSION_MAJOR >= 3
  if (created && adds) created = dnnl->post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef) == dnnl_success;
  if (created && rectifies)
    created = dnnl->post_ops_append_eltwise(operations, dnnl_eltwise_relu, 0, 0) == dnnl_success;
#else
  if (created && adds) created = dnnl->post_ops_append_sum(operations, 1) == dnnl_success;
  if (created && rectifies)
    created = dnnl->post_ops_append_eltwise(operations, 1, dnnl_eltwise_relu, 0, 0) == dnnl_success;
#endif
  created = created && dnnl->primitive_attr_set_post_ops(attributes, operations) == dnnl_success &&
            dnnl->primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success;
  if (operations) dnnl->post_ops_destroy(operations);
  if (created) return attributes;
  dnnl->primitive_attr_destroy(attributes);
  return NULL;
}

enum { LAYOUT_IMAGES, LAYOUT_WEIGHTS, LAYOUT_BIAS, LAYOUT_RESULTS, LAYOUTS };

static dnnl_primitive_desc_t describe_with(const adj_layout layouts[LAYOUTS], const adj_geometry *g,
                                           dnnl_primitive_attr_t attributes) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_desc_t description = NULL;
#if DNNL_VERSION_MAJOR >= 3
  if (dnnl->convolution_forward_primitive_desc_create(
          &description, dnnl->engine, dnnl_forward_inference, dnnl_convolution_direct, layouts[LAYOUT_IMAGES],
          layouts[LAYOUT_WEIGHTS], layouts[LAYOUT_BIAS], layouts[LAYOUT_RESULTS], g->strides, g->dilations,
          g->padding_before, g->padding_after, attributes) != dnnl_success) return NULL;
#else
  dnnl_convolution_desc_t operation;
  if (dnnl->dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_inference, dnnl_convolution_direct, layouts[LAYOUT_IMAGES],
          layouts[LAYOUT_WEIGHTS], layouts[LAYOUT_BIAS], layouts[LAYOUT_RESULTS], g->strides, g->dilations,
          g->padding_before, g->padding_after) != dnnl_success ||
      dnnl->primitive_desc_create(&description, &operation, attributes, dnnl->engine, NULL) != dnnl_success)
    return NULL;
#endif
  // A "ref" implementation is a plain loop.
  const char *name = NULL;
  if (dnnl->primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name) == dnnl_success && name &&
      strncmp(name, "ref", 3) != 0) return description;
  dnnl->primitive_desc_destroy(description);
  return NULL;
}

static dnnl_primitive_desc_t describe(const adj_conv_shape *shape, int adds, int rectifies, adj_geometry *g) {
  if (!adj_describe_geometry(g, shape)) return NULL;
  dnnl_primitive_attr_t attributes = create_attributes(adds, rectifies);
  dnnl_dims_t outputs = {shape->o};
  adj_layout layouts[LAYOUTS] = {adj_layout_create(g->ranks[IMAGES], g->dims[IMAGES], dnnl_f32, adj_images_tag(g)),
                                 adj_layout_create(g->ranks[WEIGHTS], g->dims[WEIGHTS], dnnl_f32, dnnl_format_tag_any),
                                 adj_layout_create(1, outputs, dnnl_f32, dnnl_x),
                                 adj_layout_create(g->ranks[RESULTS], g->dims[RESULTS], dnnl_f32, adj_images_tag(g))};
  int complete = attributes != NULL;
  for (int i = 0; i < LAYOUTS; i++) complete = complete && layouts[i];
  dnnl_primitive_desc_t description = complete ? describe_with(layouts, g, attributes) : NULL;
  for (int i = 0; i < LAYOUTS; i++) adj_layout_destroy(layouts[i]);
  if (attributes) adj_dnnl()->primitive_attr_destroy(attributes);
  return description;
}

static int has_operand(const adj_onednn_layer *layer, int operand) { return layer->operands[operand] != NULL; }

static int create_memory(adj_onednn_layer *layer, int operand, adj_layout layout) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  return layout &&
         dnnl->memory_create(&layer->operands[operand], layout, dnnl->engine, DNNL_MEMORY_NONE) == dnnl_success;
}

static int create_packing(adj_onednn_layer *layer, adj_layout plain, adj_layout packed) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_desc_t description = NULL;
  if (!plain || dnnl->memory_create(&layer->plain, plain, dnnl->engine, DNNL_MEMORY_NONE) != dnnl_success ||
      dnnl->reorder_primitive_desc_create(&description, plain, dnnl->engine, packed, dnnl->engine, NULL) !=
          dnnl_success) return 0;
  int created = dnnl->primitive_create(&layer->packing, description) == dnnl_success;
  dnnl->primitive_desc_destroy(description);
  return created;
}

static int create_parts(adj_onednn_layer *layer, const adj_geometry *g, dnnl_primitive_desc_t description) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_layout packed = dnnl->primitive_desc_query_md(description, dnnl_query_weights_md, 0);
  adj_layout scratch = dnnl->primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  adj_layout plain = adj_layout_create(g->ranks[WEIGHTS], g->dims[WEIGHTS], dnnl_f32, adj_weights_tag(g));
  layer->packed_bytes = packed ? (int64_t)dnnl->memory_desc_get_size(packed) : 0;
  layer->scratch_bytes = scratch ? (int64_t)dnnl->memory_desc_get_size(scratch) : 0;
  int created =
      dnnl->primitive_create(&layer->primitive, description) == dnnl_success &&
      create_memory(layer, LAYER_IMAGES, dnnl->primitive_desc_query_md(description, dnnl_query_src_md, 0)) &&
      create_memory(layer, LAYER_WEIGHTS, packed) &&
      create_memory(layer, LAYER_BIAS, dnnl->primitive_desc_query_md(description, dnnl_query_weights_md, 1)) &&
      create_memory(layer, LAYER_RESULTS, dnnl->primitive_desc_query_md(description, dnnl_query_dst_md, 0)) &&
      (layer->scratch_bytes == 0 || create_memory(layer, LAYER_SCRATCH, scratch)) &&
      create_packing(layer, plain, packed);
  adj_layout_destroy(plain);
  return created;
}

adj_onednn_layer *adj_onednn_layer_create(const adj_conv_shape *shape, int adds, int rectifies, int threads) {
  if (!adj_dnnl() || threads < 1) return NULL;
  adj_onednn_layer *layer = calloc(1, sizeof *layer);
  if (!layer) return NULL;
  layer->threads = threads;
  pthread_mutex_init(&layer->lock, NULL);
  // The primitive is laid out for the team it finds here and must run with the same.
  adj_set_library_threads(threads);
  adj_geometry geometry;
  dnnl_primitive_desc_t description = describe(shape, adds, rectifies, &geometry);
  int created = description && create_parts(layer, &geometry, description);
  if (description) adj_dnnl()->primitive_desc_destroy(description);
  if (created) {
    layer->outputs = shape->o, layer->weights = 1;
    for (int i = 0; i < geometry.ranks[WEIGHTS]; i++) layer->weights *= geometry.dims[WEIGHTS][i];
    return layer;
  }
  adj_onednn_layer_destroy(layer);
  return NULL;
}

void adj_onednn_layer_destroy(adj_onednn_layer *layer) {
  if (!layer) return;
  const adj_dnnl_library *dnnl = adj_dnnl();
  for (int i = 0; i < LAYER_OPERANDS; i++) {
    if (has_operand(layer, i)) dnnl->memory_destroy(layer->operands[i]);
  }
  if (layer->plain) dnnl->memory_destroy(layer->plain);
  if (layer->packing) dnnl->primitive_destroy(layer->packing);
  if (layer->primitive) dnnl->primitive_destroy(layer->primitive);
  pthread_mutex_destroy(&layer->lock);
  free(layer);
}

int64_t adj_onednn_layer_packed_bytes(const adj_onednn_layer *layer) { return layer->packed_bytes; }
int64_t adj_onednn_layer_scratch_bytes(const adj_onednn_layer *layer) { return layer->scratch_bytes; }

static int set_address(dnnl_memory_t memory, const void *address) {
  return adj_dnnl()->memory_set_data_handle(memory, (void *)address) == dnnl_success;
}

static int pack_locked(adj_onednn_layer *layer, const float *weights, float *packed) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_set_library_threads(layer->threads);
  dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, layer->plain}, {DNNL_ARG_TO, layer->operands[LAYER_WEIGHTS]}};
  return set_address(layer->plain, weights) && set_address(layer->operands[LAYER_WEIGHTS], packed) &&
         dnnl->primitive_execute(layer->packing, dnnl->stream, 2, arguments) == dnnl_success &&
         dnnl->stream_wait(dnnl->stream) == dnnl_success;
}

int adj_onednn_layer_pack(adj_onednn_layer *layer, const float *weights, const double *factors, float *packed) {
  float *scaled = malloc((size_t)layer->weights * sizeof *scaled);
  if (!scaled) return 1;
  int64_t row = layer->weights / layer->outputs;
  for (int64_t i = 0; i < layer->weights; i++) scaled[i] = (float)(weights[i] * factors[i / row]);
  pthread_mutex_lock(&layer->lock);
  int packs = pack_locked(layer, scaled, packed);
  pthread_mutex_unlock(&layer->lock);
  free(scaled);
  return !packs;
}

static int run_locked(adj_onednn_layer *layer, const void *const addresses[LAYER_OPERANDS]) {
  static const int names[LAYER_OPERANDS] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, DNNL_ARG_DST,
                                            DNNL_ARG_SCRATCHPAD};
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_set_library_threads(layer->threads);
  dnnl_exec_arg_t arguments[LAYER_OPERANDS];
  int count = 0;
  for (int i = 0; i < LAYER_OPERANDS; i++) {
    if (!has_operand(layer, i)) continue;
    if (!set_address(layer->operands[i], addresses[i])) return 0;
    arguments[count++] = (dnnl_exec_arg_t){names[i], layer->operands[i]};
  }
  return dnnl->primitive_execute(layer->primitive, dnnl->stream, count, arguments) == dnnl_success &&
         dnnl->stream_wait(dnnl->stream) == dnnl_success;
}

int adj_onednn_layer_run(adj_onednn_layer *layer, const float *images, const float *packed, const float *bias,
                         float *results, void *scratch) {
  const void *addresses[LAYER_OPERANDS] = {images, packed, bias, results, scratch};
  pthread_mutex_lock(&layer->lock);
  int ran = run_locked(layer, addresses);
  pthread_mutex_unlock(&layer->lock);
  return !ran;
}

#else

adj_onednn_layer *adj_onednn_layer_create(const adj_conv_shape *shape, int adds, int rectifies, int threads) {
  (void)shape, (void)adds, (void)rectifies, (void)threads;
  return 0;
}

void adj_onednn_layer_destroy(adj_onednn_layer *layer) { (void)layer; }
int64_t adj_onednn_layer_packed_bytes(const adj_onednn_layer *layer) { return (void)layer, 0; }
int64_t adj_onednn_layer_scratch_bytes(const adj_onednn_layer *layer) { return (void)layer, 0; }

int adj_onednn_layer_pack(adj_onednn_layer *layer, const float *weights, const double *factors, float *packed) {
  (void)layer, (void)weights, (void)factors, (void)packed;
  return 1;
}

int adj_onednn_layer_run(adj_onednn_layer *layer, const float *images, const float *packed, const float *bias,
                         float *results, void *scratch) {
  (void)layer, (void)images, (void)packed, (void)bias, (void)results, (void)scratch;
  return 1;
}
#endif
