// Convolutions through oneDNN: a primitive for one shape, with the reorders it needs and their buffers.
#include "adjoint_onednn.h"
#include "adjoint_threads.h"
#include "onednn_internal.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <pthread.h>
#include <stdlib.h>

typedef struct {
  int argument;               // which argument of the primitive this is
  dnnl_memory_t outer;        // the caller's tensor; its address is set at each run
  dnnl_memory_t inner;        // what the primitive reads or writes; `outer` itself where the layouts agree
  dnnl_primitive_t reorder;   // between the two, null where they agree
} adj_operand;

struct adj_onednn_conv {
  int kind, threads;
  pthread_mutex_t lock;       // one run at a time: the buffers and the addresses belong to the object
  dnnl_primitive_t primitive;
  dnnl_memory_t scratchpad;   // null where the primitive needs none
  adj_operand operands[OPERANDS];
};

typedef struct { int argument; dnnl_query_t query; } adj_operand_rule;

static adj_operand_rule operand_rule(int kind, int operand) {
  switch (operand) {
  case IMAGES:
    if (kind == ADJ_CONV_INPUT_GRADIENT) return (adj_operand_rule){DNNL_ARG_DIFF_SRC, dnnl_query_diff_src_md};
    return (adj_operand_rule){DNNL_ARG_SRC, dnnl_query_src_md};
  case WEIGHTS:
    if (kind == ADJ_CONV_WEIGHT_GRADIENT) return (adj_operand_rule){DNNL_ARG_DIFF_WEIGHTS, dnnl_query_diff_weights_md};
    return (adj_operand_rule){DNNL_ARG_WEIGHTS, dnnl_query_weights_md};
  default:
    if (kind == ADJ_CONV_FORWARD) return (adj_operand_rule){DNNL_ARG_DST, dnnl_query_dst_md};
    return (adj_operand_rule){DNNL_ARG_DIFF_DST, dnnl_query_diff_dst_md};
  }
}

/// Which operand is written, and which two are read, in the order of the arguments of `run`.
static int output_of(int kind) {
  return kind == ADJ_CONV_FORWARD ? RESULTS : kind == ADJ_CONV_INPUT_GRADIENT ? IMAGES : WEIGHTS;
}
static int first_input_of(int kind) { return kind == ADJ_CONV_INPUT_GRADIENT ? RESULTS : IMAGES; }
static int second_input_of(int kind) { return kind == ADJ_CONV_WEIGHT_GRADIENT ? RESULTS : WEIGHTS; }

static int create_reorder(dnnl_primitive_t *reorder, adj_layout from, adj_layout to) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_desc_t description = NULL;
  if (dnnl->reorder_primitive_desc_create(&description, from, dnnl->engine, to, dnnl->engine, NULL) != dnnl_success)
    return 0;
  int created = dnnl->primitive_create(reorder, description) == dnnl_success;
  dnnl->primitive_desc_destroy(description);
  return created;
}

static int connect_layouts(adj_operand *operand, adj_layout outer, adj_layout inner, int is_output) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  if (dnnl->memory_create(&operand->outer, outer, dnnl->engine, DNNL_MEMORY_NONE) != dnnl_success) return 0;
  if (dnnl->memory_desc_equal(outer, inner)) {
    operand->inner = operand->outer;
    return 1;
  }
  if (dnnl->memory_create(&operand->inner, inner, dnnl->engine, DNNL_MEMORY_ALLOCATE) != dnnl_success) return 0;
  return is_output ? create_reorder(&operand->reorder, inner, outer)
                   : create_reorder(&operand->reorder, outer, inner);
}

static int create_operand(adj_onednn_conv *conv, int operand, const adj_geometry *g,
                          dnnl_primitive_desc_t description) {
  adj_operand_rule rule = operand_rule(conv->kind, operand);
  adj_layout inner = adj_dnnl()->primitive_desc_query_md(description, rule.query, 0);
  adj_layout outer = adj_layout_create(g->ranks[operand], g->dims[operand], g->type,
                                       operand == WEIGHTS ? adj_weights_tag(g) : adj_images_tag(g));
  conv->operands[operand].argument = rule.argument;
  int created = inner && outer &&
                connect_layouts(&conv->operands[operand], outer, inner, operand == output_of(conv->kind));
  adj_layout_destroy(outer);
  return created;
}

static int create_scratchpad(adj_onednn_conv *conv, dnnl_primitive_desc_t description) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_layout layout = dnnl->primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  if (!layout || dnnl->memory_desc_get_size(layout) == 0) return 1;
  return dnnl->memory_create(&conv->scratchpad, layout, dnnl->engine, DNNL_MEMORY_ALLOCATE) == dnnl_success;
}

static int create_parts(adj_onednn_conv *conv, const adj_conv_shape *shape) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_geometry geometry;
  dnnl_primitive_desc_t description = adj_describe_convolution(conv->kind, shape, &geometry);
  if (!description) return 0;
  int created = dnnl->primitive_create(&conv->primitive, description) == dnnl_success &&
                create_scratchpad(conv, description);
  for (int i = 0; i < OPERANDS && created; i++) created = create_operand(conv, i, &geometry, description);
  dnnl->primitive_desc_destroy(description);
  return created;
}

adj_onednn_conv *adj_onednn_conv_create(int kind, const adj_conv_shape *shape, int threads) {
  if (!adj_dnnl() || kind < ADJ_CONV_FORWARD || kind > ADJ_CONV_WEIGHT_GRADIENT || threads < 1) return NULL;
  adj_onednn_conv *conv = calloc(1, sizeof *conv);
  if (!conv) return NULL;
  conv->kind = kind, conv->threads = threads;
  pthread_mutex_init(&conv->lock, NULL);
  // The primitive is laid out for the team it finds here and must run with the same.
  adj_set_library_threads(threads);
  if (create_parts(conv, shape)) return conv;
  adj_onednn_conv_destroy(conv);
  return NULL;
}

int adj_onednn_conv_exists(int kind, const adj_conv_shape *shape) {
  adj_geometry geometry;
  dnnl_primitive_desc_t description = adj_dnnl() ? adj_describe_convolution(kind, shape, &geometry) : NULL;
  if (description) adj_dnnl()->primitive_desc_destroy(description);
  return description != NULL;
}

void adj_onednn_conv_destroy(adj_onednn_conv *conv) {
  if (!conv) return;
  const adj_dnnl_library *dnnl = adj_dnnl();
  for (int i = 0; i < OPERANDS; i++) {
    adj_operand *operand = &conv->operands[i];
    if (operand->reorder) dnnl->primitive_destroy(operand->reorder);
    if (operand->inner && operand->inner != operand->outer) dnnl->memory_destroy(operand->inner);
    if (operand->outer) dnnl->memory_destroy(operand->outer);
  }
  if (conv->scratchpad) dnnl->memory_destroy(conv->scratchpad);
  if (conv->primitive) dnnl->primitive_destroy(conv->primitive);
  pthread_mutex_destroy(&conv->lock);
  free(conv);
}

static int set_address(adj_operand *operand, const void *address) {
  return adj_dnnl()->memory_set_data_handle(operand->outer, (void *)address) == dnnl_success;
}

static int run_reorder(const adj_operand *operand, dnnl_memory_t from, dnnl_memory_t to) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  if (!operand->reorder) return 1;
  dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  return dnnl->primitive_execute(operand->reorder, dnnl->stream, 2, arguments) == dnnl_success;
}

static int run_primitive(const adj_onednn_conv *conv) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_exec_arg_t arguments[OPERANDS + 1];
  for (int i = 0; i < OPERANDS; i++) {
    arguments[i] = (dnnl_exec_arg_t){conv->operands[i].argument, conv->operands[i].inner};
  }
  arguments[OPERANDS] = (dnnl_exec_arg_t){DNNL_ARG_SCRATCHPAD, conv->scratchpad};
  int count = conv->scratchpad ? OPERANDS + 1 : OPERANDS;
  return dnnl->primitive_execute(conv->primitive, dnnl->stream, count, arguments) == dnnl_success;
}

static int run_locked(adj_onednn_conv *conv, const void *a, const void *b, void *out) {
  adj_operand *first = &conv->operands[first_input_of(conv->kind)];
  adj_operand *second = &conv->operands[second_input_of(conv->kind)];
  adj_operand *output = &conv->operands[output_of(conv->kind)];
  adj_set_library_threads(conv->threads);
  return set_address(first, a) && set_address(second, b) && set_address(output, out) &&
         run_reorder(first, first->outer, first->inner) && run_reorder(second, second->outer, second->inner) &&
         run_primitive(conv) && run_reorder(output, output->inner, output->outer) &&
         adj_dnnl()->stream_wait(adj_dnnl()->stream) == dnnl_success;
}

int adj_onednn_conv_run(adj_onednn_conv *conv, const void *a, const void *b, void *out) {
  if (!conv) return 1;
  pthread_mutex_lock(&conv->lock);
  int ran = run_locked(conv, a, b, out);
  pthread_mutex_unlock(&conv->lock);
  return !ran;
}

#else

adj_onednn_conv *adj_onednn_conv_create(int kind, const adj_conv_shape *shape, int threads) {
  (void)kind, (void)shape, (void)threads;
  return 0;
}

int adj_onednn_conv_exists(int kind, const adj_conv_shape *shape) {
  (void)kind, (void)shape;
  return 0;
}

void adj_onednn_conv_destroy(adj_onednn_conv *conv) { (void)conv; }

int adj_onednn_conv_run(adj_onednn_conv *conv, const void *a, const void *b, void *out) {
  (void)conv, (void)a, (void)b, (void)out;
  return 1;
}
#endif
