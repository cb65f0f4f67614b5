// Sums and maxima over strided dimensions. Three ways through memory: along rows (a reduced dimension of
// stride 1), down columns (the last kept dimension of stride 1), and one element at a time. Sums of floats
// run over short blocks of float lanes that are gathered in double. What is computed in which order follows
// from the shape alone.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  small_reduction = 1024,      // elements up to which two plain loops are fastest
  parallel_reduction = 1 << 16,
  piece_elements = 1 << 15,    // least work of one piece of a long reduction with few results
  most_pieces = 32,
  most_partials = 1 << 14,     // results of all pieces: small enough for memory that is at hand
  column_unit = 1024,          // columns one thread takes at a time: their sums fit the first-level cache
  column_block = 64,           // rows added in the element's own precision
  fold = 16,                   // rows of a narrow matrix read as one wide row
  narrow = column_unit / fold,
};

typedef enum { along_rows, down_columns, one_by_one } reduction_path;

typedef struct {
  adj_reduction_shape shape; // no dimensions of size 1; the innermost reduced dimension is the best to run along
  reduction_path path;
  int64_t outputs, reduced;  // products of the sizes
} reduction_plan;

static int64_t product_of(const int64_t *sizes, int32_t rank) {
  int64_t product = 1;
  for (int32_t i = 0; i < rank; i++) product *= sizes[i];
  return product;
}

static int32_t without_single(int32_t rank, const int64_t *sizes, const int64_t *strides, int64_t *to_sizes,
                              int64_t *to_strides) {
  int32_t kept = 0;
  for (int32_t i = 0; i < rank; i++)
    if (sizes[i] != 1) {
      to_sizes[kept] = sizes[i];
      to_strides[kept++] = strides[i];
    }
  return kept;
}

/// The order of a reduction is free: the dimension with the smallest stride goes last.
static void put_smallest_stride_last(adj_reduction_shape *s) {
  int32_t best = s->reduced_rank - 1;
  for (int32_t i = 0; i < s->reduced_rank; i++)
    if (llabs(s->reduced_strides[i]) < llabs(s->reduced_strides[best])) best = i;
  int64_t size = s->reduced_sizes[best], stride = s->reduced_strides[best];
  for (int32_t i = best; i + 1 < s->reduced_rank; i++) {
    s->reduced_sizes[i] = s->reduced_sizes[i + 1];
    s->reduced_strides[i] = s->reduced_strides[i + 1];
  }
  s->reduced_sizes[s->reduced_rank - 1] = size;
  s->reduced_strides[s->reduced_rank - 1] = stride;
}

static reduction_plan plan_reduction(const adj_reduction_shape *shape) {
  reduction_plan plan = {.path = one_by_one};
  adj_reduction_shape *s = &plan.shape;
  s->kept_rank = without_single(shape->kept_rank, shape->kept_sizes, shape->kept_strides, s->kept_sizes,
                                s->kept_strides);
  s->reduced_rank = without_single(shape->reduced_rank, shape->reduced_sizes, shape->reduced_strides,
                                   s->reduced_sizes, s->reduced_strides);
  plan.outputs = product_of(s->kept_sizes, s->kept_rank);
  plan.reduced = product_of(s->reduced_sizes, s->reduced_rank);
  if (s->reduced_rank == 0) { // a copy: reducing one element
    s->reduced_rank = 1;
    s->reduced_sizes[0] = 1;
    s->reduced_strides[0] = 1;
  }
  put_smallest_stride_last(s);
  if (s->kept_rank > 0 && s->kept_strides[s->kept_rank - 1] == 1)
    plan.path = down_columns;
  else if (s->reduced_strides[s->reduced_rank - 1] == 1)
    plan.path = along_rows;
  return plan;
}

/// Results that can be computed apart from each other without splitting a reduction.
static int64_t independent_units(const reduction_plan *plan) {
  if (plan->path != down_columns) return plan->outputs;
  int64_t columns = plan->shape.kept_sizes[plan->shape.kept_rank - 1];
  return plan->outputs / columns * adj_ceil_div(columns, column_unit);
}

static int32_t largest_reduced_dimension(const adj_reduction_shape *s) {
  int32_t best = 0;
  for (int32_t i = 1; i < s->reduced_rank; i++)
    if (s->reduced_sizes[i] > s->reduced_sizes[best]) best = i;
  return best;
}

/// Into how many pieces a long reduction with few results is cut, by its shape.
static int64_t pieces_of(const reduction_plan *plan) {
  if (independent_units(plan) >= 16 || plan->outputs > 4096) return 1;
  int64_t longest = plan->shape.reduced_sizes[largest_reduced_dimension(&plan->shape)];
  int64_t pieces = adj_min(plan->outputs * plan->reduced / piece_elements, most_pieces);
  pieces = adj_min(pieces, most_partials / plan->outputs);
  return adj_max(1, adj_min(pieces, longest / fold));
}

/// The offset of the element that `index`, counted in row-major order, names.
static int64_t offset_of(int64_t index, int32_t rank, const int64_t *sizes, const int64_t *strides) {
  int64_t offset = 0;
  for (int32_t d = rank - 1; d >= 0; d--) {
    offset += index % sizes[d] * strides[d];
    index /= sizes[d];
  }
  return offset;
}

/// Moves an odometer on by one and returns the change of the offset.
static inline int64_t advance(int64_t *index, int32_t rank, const int64_t *sizes, const int64_t *strides) {
  int64_t change = 0;
  for (int32_t d = rank - 1; d >= 0; d--) {
    change += strides[d];
    if (++index[d] < sizes[d]) return change;
    change -= sizes[d] * strides[d];
    index[d] = 0;
  }
  return change;
}

#define ELEMENT_TEMPLATE "reduce.inc"
#include "each_element.inc"
