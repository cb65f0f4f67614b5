// Convolutions through oneDNN: which layouts and which implementation a primitive gets, in either major version.
#include "adjoint_onednn.h"
#include "onednn_internal.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <stdlib.h>
#include <string.h>

/// Layouts the images and the results have for the primitive. The weights are always the library's choice:
/// with dense OIHW weights it falls back to im2col and a product, which takes 2 to 4 times as long.
typedef struct {
  dnnl_format_tag_t images, results;
  int skip_batched;  // pass over the implementations that batch small products, "brgconv" by name
} adj_layout_choice;

adj_layout adj_layout_create(int rank, const dnnl_dims_t dims, dnnl_data_type_t type, dnnl_format_tag_t tag) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t layout = NULL;
  if (adj_dnnl()->memory_desc_create_with_tag(&layout, rank, dims, type, tag) != dnnl_success) return NULL;
  return layout;
#else
  dnnl_memory_desc_t *layout = malloc(sizeof *layout);
  if (!layout) return NULL;
  if (adj_dnnl()->memory_desc_init_by_tag(layout, rank, dims, type, tag) == dnnl_success) return layout;
  free(layout);
  return NULL;
#endif
}

adj_layout adj_layout_create_strided(int rank, const dnnl_dims_t dims, dnnl_data_type_t type, const dnnl_dims_t strides) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_t layout = NULL;
  if (adj_dnnl()->memory_desc_create_with_strides(&layout, rank, dims, type, strides) != dnnl_success) return NULL;
  return layout;
#else
  dnnl_memory_desc_t *layout = malloc(sizeof *layout);
  if (!layout) return NULL;
  if (adj_dnnl()->memory_desc_init_by_strides(layout, rank, dims, type, strides) == dnnl_success) return layout;
  free(layout);
  return NULL;
#endif
}

void adj_layout_destroy(adj_layout layout) {
  if (!layout) return;
#if DNNL_VERSION_MAJOR >= 3
  adj_dnnl()->memory_desc_destroy((dnnl_memory_desc_t)layout);
#else
  free((void *)layout);
#endif
}

static int has_name(dnnl_primitive_desc_t description, const char *beginning) {
  const char *name = NULL;
  if (adj_dnnl()->primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name) != dnnl_success) return 0;
  return name && strncmp(name, beginning, strlen(beginning)) == 0;
}

// A gradient's description needs the forward one as a hint (`forward`); null for the forward one itself.
#if DNNL_VERSION_MAJOR >= 3
static dnnl_status_t step_to_implementation(dnnl_primitive_desc_t *description, int skip_batched) {
  dnnl_status_t status = dnnl_success;
  while (status == dnnl_success && skip_batched && has_name(*description, "brg"))
    status = adj_dnnl()->primitive_desc_next_impl(*description);
  if (status == dnnl_success) return status;
  adj_dnnl()->primitive_desc_destroy(*description);
  *description = NULL;
  return status;
}

static dnnl_status_t describe(dnnl_primitive_desc_t *result, int kind, const adj_layout layouts[OPERANDS],
                              const adj_geometry *g, dnnl_primitive_attr_t attributes,
                              dnnl_primitive_desc_t forward, int skip_batched) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_layout images = layouts[IMAGES], weights = layouts[WEIGHTS], results = layouts[RESULTS];
  dnnl_status_t status = dnnl_invalid_arguments;
  switch (kind) {
  case ADJ_CONV_FORWARD:
    status = dnnl->convolution_forward_primitive_desc_create(
        result, dnnl->engine, dnnl_forward_training, dnnl_convolution_direct, images, weights, NULL, results,
        g->strides, g->dilations, g->padding_before, g->padding_after, attributes);
    break;
  case ADJ_CONV_INPUT_GRADIENT:
    status = dnnl->convolution_backward_data_primitive_desc_create(
        result, dnnl->engine, dnnl_convolution_direct, images, weights, results,
        g->strides, g->dilations, g->padding_before, g->padding_after, forward, attributes);
    break;
  case ADJ_CONV_WEIGHT_GRADIENT:
    status = dnnl->convolution_backward_weights_primitive_desc_create(
        result, dnnl->engine, dnnl_convolution_direct, images, weights, NULL, results,
        g->strides, g->dilations, g->padding_before, g->padding_after, forward, attributes);
    break;
  }
  return status == dnnl_success ? step_to_implementation(result, skip_batched) : status;
}
#else
static dnnl_status_t take_implementation(dnnl_primitive_desc_t *result, const dnnl_convolution_desc_t *operation,
                                         dnnl_primitive_attr_t attributes, dnnl_primitive_desc_t forward,
                                         int skip_batched) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_desc_iterator_t iterator;
  dnnl_status_t status =
      dnnl->primitive_desc_iterator_create(&iterator, operation, attributes, dnnl->engine, forward);
  if (status != dnnl_success) return status;
  *result = dnnl->primitive_desc_iterator_fetch(iterator);
  while (*result && skip_batched && has_name(*result, "brg")) {
    dnnl->primitive_desc_destroy(*result);
    status = dnnl->primitive_desc_iterator_next(iterator);
    *result = status == dnnl_success ? dnnl->primitive_desc_iterator_fetch(iterator) : NULL;
  }
  dnnl->primitive_desc_iterator_destroy(iterator);
  return *result ? dnnl_success : dnnl_unimplemented;
}

static dnnl_status_t describe(dnnl_primitive_desc_t *result, int kind, const adj_layout layouts[OPERANDS],
                              const adj_geometry *g, dnnl_primitive_attr_t attributes,
                              dnnl_primitive_desc_t forward, int skip_batched) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_layout images = layouts[IMAGES], weights = layouts[WEIGHTS], results = layouts[RESULTS];
  dnnl_convolution_desc_t operation;
  dnnl_status_t status = dnnl_invalid_arguments;
  switch (kind) {
  case ADJ_CONV_FORWARD:
    status = dnnl->dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_training, dnnl_convolution_direct, images, weights, NULL, results,
        g->strides, g->dilations, g->padding_before, g->padding_after);
    break;
  case ADJ_CONV_INPUT_GRADIENT:
    status = dnnl->dilated_convolution_backward_data_desc_init(
        &operation, dnnl_convolution_direct, images, weights, results,
        g->strides, g->dilations, g->padding_before, g->padding_after);
    break;
  case ADJ_CONV_WEIGHT_GRADIENT:
    status = dnnl->dilated_convolution_backward_weights_desc_init(
        &operation, dnnl_convolution_direct, images, weights, NULL, results,
        g->strides, g->dilations, g->padding_before, g->padding_after);
    break;
  }
  if (status != dnnl_success) return status;
  return take_implementation(result, &operation, attributes, forward, skip_batched);
}
#endif

/// Adds a size to the axes of an operand; 0 where it is none that the library takes.
static int add_axis(adj_geometry *g, int operand, int64_t size) {
  g->dims[operand][g->ranks[operand]++] = size;
  return size > 0;
}

int adj_describe_geometry(adj_geometry *g, const adj_conv_shape *s) {
  memset(g, 0, sizeof *g);
  g->axes = s->axes, g->has_groups = s->groups > 1;
  g->type = s->is_bfloat16 ? dnnl_bf16 : dnnl_f32;
  int fits = (!g->has_groups || add_axis(g, WEIGHTS, s->groups)) && add_axis(g, WEIGHTS, s->o / s->groups) &&
             add_axis(g, WEIGHTS, s->c / s->groups) && add_axis(g, IMAGES, s->n) && add_axis(g, IMAGES, s->c) &&
             add_axis(g, RESULTS, s->n) && add_axis(g, RESULTS, s->o);
  for (int i = 0; i < s->axes && fits; i++) {
    fits = add_axis(g, IMAGES, s->size[i]) && add_axis(g, WEIGHTS, s->kernel[i]) && add_axis(g, RESULTS, s->out[i]);
    g->strides[i] = s->stride[i], g->dilations[i] = s->dilation[i] - 1; // which the library counts from 0
    g->padding_before[i] = s->pad_before[i], g->padding_after[i] = s->pad_after[i];
  }
  return fits;
}

/// Describes the primitive for one choice of layouts; null where the library has none for it.
static dnnl_primitive_desc_t describe_with_layouts(int kind, const adj_geometry *g, adj_layout_choice choice,
                                                   dnnl_primitive_attr_t attributes) {
  adj_layout layouts[OPERANDS] = {adj_layout_create(g->ranks[IMAGES], g->dims[IMAGES], g->type, choice.images),
                                  adj_layout_create(g->ranks[WEIGHTS], g->dims[WEIGHTS], g->type, dnnl_format_tag_any),
                                  adj_layout_create(g->ranks[RESULTS], g->dims[RESULTS], g->type, choice.results)};
  dnnl_primitive_desc_t forward = NULL, result = NULL;
  if (layouts[IMAGES] && layouts[WEIGHTS] && layouts[RESULTS] &&
      describe(&forward, ADJ_CONV_FORWARD, layouts, g, attributes, NULL,
               kind == ADJ_CONV_FORWARD && choice.skip_batched) == dnnl_success) {
    if (kind == ADJ_CONV_FORWARD) {
      result = forward, forward = NULL;
    } else if (describe(&result, kind, layouts, g, attributes, forward, choice.skip_batched) != dnnl_success) {
      result = NULL;
    }
  }
  if (forward) adj_dnnl()->primitive_desc_destroy(forward);
  for (int i = 0; i < OPERANDS; i++) adj_layout_destroy(layouts[i]);
  return result;
}

/// Whether there are too few channels for the implementations that batch small products ("brgconv"): a row of
/// such a product fills less than one vector, and the direct kernel that comes later in the library's list takes
/// about two thirds of the time. With a 1x1 kernel, or 16 channels and more on both sides, batches are worth it.
static int has_narrow_channels(const adj_geometry *g) {
  const int64_t *weights = g->dims[WEIGHTS] + g->has_groups;
  int64_t kernel = weights[2] * weights[3] * (g->axes == 3 ? weights[4] : 1);
  return (weights[0] < 16 || weights[1] < 16) && kernel > 1;
}

/// Passing over batches pays only where the direct kernel has the same vectors; and a "ref" implementation is
/// a plain loop, which takes some hundred times as long as the others, and longer than our own kernels.
static int is_worthwhile(dnnl_primitive_desc_t description, adj_layout_choice choice) {
  if (choice.skip_batched) return has_name(description, "jit:avx512") || has_name(description, "jit_bf16:avx512");
  return !has_name(description, "ref");
}

/// The first choice for which the library has a fast primitive. Channels-last comes before the library's own
/// layouts because it needs no reorder of images, and where the library has a primitive for it, that is as fast or
/// nearly so.
static dnnl_primitive_desc_t choose_description(int kind, const adj_geometry *g, dnnl_primitive_attr_t attributes) {
  dnnl_format_tag_t last = adj_images_tag(g), any = dnnl_format_tag_any;
  dnnl_format_tag_t second = g->axes == 3 ? dnnl_ncdhw : dnnl_nchw;
  const adj_layout_choice choices[] = {{last, last, 1}, {last, last, 0}, {any, any, 0}, {second, second, 0}};
  for (size_t i = has_narrow_channels(g) ? 0 : 1; i < sizeof choices / sizeof choices[0]; i++) {
    dnnl_primitive_desc_t description = describe_with_layouts(kind, g, choices[i], attributes);
    if (!description) continue;
    if (is_worthwhile(description, choices[i])) return description;
    adj_dnnl()->primitive_desc_destroy(description);
  }
  return NULL;
}

// The scratchpad is ours, so that runs of different convolutions on different threads never share one.
dnnl_primitive_desc_t adj_describe_convolution(int kind, const adj_conv_shape *shape, adj_geometry *g) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_attr_t attributes = NULL;
  if (!adj_describe_geometry(g, shape) || dnnl->primitive_attr_create(&attributes) != dnnl_success) return NULL;
  dnnl_primitive_desc_t description = NULL;
  if (dnnl->primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) == dnnl_success) {
    description = choose_description(kind, g, attributes);
  }
  dnnl->primitive_attr_destroy(attributes);
  return description;
}
#endif
