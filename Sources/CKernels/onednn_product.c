// A matrix product as a oneDNN primitive: made once for its sizes, fast for every choice of transposes,
// where the library's plain sgemm is slow when the second matrix is transposed.
#include "adjoint_onednn.h"
#include "adjoint_threads.h"
#include "onednn_internal.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT, RIGHT, RESULT, MATRICES };

struct adj_onednn_product {
  dnnl_primitive_t primitive;
  dnnl_memory_t matrices[MATRICES];
  int threads;
  pthread_mutex_t lock;
};

// The library's logical matrix is `rows` by `columns`, however it lies in memory.
static adj_layout matrix_layout(int64_t rows, int64_t columns, int64_t leading, int transposed, dnnl_data_type_t type) {
  dnnl_dims_t dims = {rows, columns};
  dnnl_dims_t strides = {transposed ? 1 : leading, transposed ? leading : 1};
  return adj_layout_create_strided(2, dims, type, strides);
}

static dnnl_primitive_desc_t describe(const adj_layout *layouts) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_desc_t description = NULL;
#if DNNL_VERSION_MAJOR >= 3
  if (dnnl->matmul_primitive_desc_create(&description, dnnl->engine, layouts[LEFT], layouts[RIGHT], NULL,
                                         layouts[RESULT], NULL) != dnnl_success) return NULL;
#else
  dnnl_matmul_desc_t operation;
  if (dnnl->matmul_desc_init(&operation, layouts[LEFT], layouts[RIGHT], NULL, layouts[RESULT]) != dnnl_success ||
      dnnl->primitive_desc_create(&description, &operation, NULL, dnnl->engine, NULL) != dnnl_success) return NULL;
#endif
  return description;
}

static int is_for_bfloat16(void) {
  adj_layout matrix = matrix_layout(64, 64, 64, 0, dnnl_bf16);
  const adj_layout layouts[MATRICES] = {matrix, matrix, matrix};
  dnnl_primitive_desc_t description = matrix ? describe(layouts) : NULL;
  const char *name = NULL;
  int found = description &&
              adj_dnnl()->primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name) == dnnl_success &&
              name && (strstr(name, "bf16") || strstr(name, "amx"));
  if (description) adj_dnnl()->primitive_desc_destroy(description);
  adj_layout_destroy(matrix);
  return found;
}

static int multiplies_bfloat16;
static pthread_once_t ask_once = PTHREAD_ONCE_INIT;
static void ask(void) { multiplies_bfloat16 = adj_dnnl() && is_for_bfloat16(); }

int adj_onednn_multiplies_bfloat16(void) {
  pthread_once(&ask_once, ask);
  return multiplies_bfloat16;
}

static int create_parts(adj_onednn_product *product, const adj_layout *layouts) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  dnnl_primitive_desc_t description = describe(layouts);
  if (!description) return 0;
  int created = dnnl->primitive_create(&product->primitive, description) == dnnl_success;
  dnnl->primitive_desc_destroy(description);
  for (int i = 0; i < MATRICES && created; i++) {
    created = dnnl->memory_create(&product->matrices[i], layouts[i], dnnl->engine, DNNL_MEMORY_NONE) == dnnl_success;
  }
  return created;
}

adj_onednn_product *adj_onednn_product_create(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                                              int64_t lda, int64_t ldb, int64_t ldc, int is_bfloat16,
                                              int threads) {
  if (!adj_dnnl() || m < 1 || n < 1 || k < 1 || threads < 1) return NULL;
  adj_onednn_product *product = calloc(1, sizeof *product);
  if (!product) return NULL;
  product->threads = threads;
  pthread_mutex_init(&product->lock, NULL);
  // The primitive is laid out for the team it finds here and must run with the same.
  adj_set_library_threads(threads);
  dnnl_data_type_t type = is_bfloat16 ? dnnl_bf16 : dnnl_f32;
  adj_layout layouts[MATRICES] = {matrix_layout(m, k, lda, transpose_a, type),
                                  matrix_layout(k, n, ldb, transpose_b, type), matrix_layout(m, n, ldc, 0, type)};
  int created = layouts[LEFT] && layouts[RIGHT] && layouts[RESULT] && create_parts(product, layouts);
  for (int i = 0; i < MATRICES; i++) adj_layout_destroy(layouts[i]);
  if (created) return product;
  adj_onednn_product_destroy(product);
  return NULL;
}

void adj_onednn_product_destroy(adj_onednn_product *product) {
  if (!product) return;
  const adj_dnnl_library *dnnl = adj_dnnl();
  for (int i = 0; i < MATRICES; i++) {
    if (product->matrices[i]) dnnl->memory_destroy(product->matrices[i]);
  }
  if (product->primitive) dnnl->primitive_destroy(product->primitive);
  pthread_mutex_destroy(&product->lock);
  free(product);
}

static int run_locked(adj_onednn_product *product, const void *a, const void *b, void *c) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  adj_set_library_threads(product->threads);
  const void *addresses[MATRICES] = {a, b, c};
  for (int i = 0; i < MATRICES; i++) {
    if (dnnl->memory_set_data_handle(product->matrices[i], (void *)addresses[i]) != dnnl_success) return 0;
  }
  dnnl_exec_arg_t arguments[MATRICES] = {{DNNL_ARG_SRC, product->matrices[LEFT]},
                                         {DNNL_ARG_WEIGHTS, product->matrices[RIGHT]},
                                         {DNNL_ARG_DST, product->matrices[RESULT]}};
  return dnnl->primitive_execute(product->primitive, dnnl->stream, MATRICES, arguments) == dnnl_success &&
         dnnl->stream_wait(dnnl->stream) == dnnl_success;
}

int adj_onednn_product_run(adj_onednn_product *product, const void *a, const void *b, void *c) {
  if (!product) return 1;
  pthread_mutex_lock(&product->lock);
  int ran = run_locked(product, a, b, c);
  pthread_mutex_unlock(&product->lock);
  return !ran;
}

#else

adj_onednn_product *adj_onednn_product_create(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                                              int64_t lda, int64_t ldb, int64_t ldc, int is_bfloat16,
                                              int threads) {
  (void)transpose_a, (void)transpose_b, (void)m, (void)n, (void)k, (void)lda, (void)ldb, (void)ldc, (void)is_bfloat16, (void)threads;
  return 0;
}

void adj_onednn_product_destroy(adj_onednn_product *product) { (void)product; }

int adj_onednn_product_run(adj_onednn_product *product, const void *a, const void *b, void *c) {
  (void)product, (void)a, (void)b, (void)c;
  return 1;
}
#endif
