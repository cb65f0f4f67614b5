// Copies between strided layouts. Dimensions are merged and ordered by the output's strides; then either
// whole runs are copied, or two dimensions are exchanged tile by tile, or elements go one at a time.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <stdlib.h>
#include <string.h>

enum { most_dimensions = 16, parallel_copy_bytes = 64 * 1024, transpose_tile = 16 };

typedef struct { int64_t size, in, out; } dimension;

typedef struct {
  int rank;
  dimension dimensions[most_dimensions]; // outermost first
} copy_plan;

static int goes_outside(dimension a, dimension b) {
  if (llabs(a.out) != llabs(b.out)) return llabs(a.out) > llabs(b.out);
  return llabs(a.in) > llabs(b.in);
}

static void insert_dimension(copy_plan *plan, dimension new) {
  int at = plan->rank++;
  for (; at > 0 && goes_outside(new, plan->dimensions[at - 1]); at--) plan->dimensions[at] = plan->dimensions[at - 1];
  plan->dimensions[at] = new;
}

/// Neighbours that both layouts step through as one become one.
static void merge_dimensions(copy_plan *plan) {
  int kept = 0;
  for (int i = 1; i < plan->rank; i++) {
    dimension *outer = &plan->dimensions[kept], inner = plan->dimensions[i];
    if (outer->in == inner.in * inner.size && outer->out == inner.out * inner.size)
      *outer = (dimension){outer->size * inner.size, inner.in, inner.out};
    else
      plan->dimensions[++kept] = inner;
  }
  plan->rank = plan->rank ? kept + 1 : 0;
}

/// Where the input runs along another dimension than the output, that one goes next to the innermost.
static void bring_input_run_inside(copy_plan *plan) {
  if (plan->rank < 2 || plan->dimensions[plan->rank - 1].in == 1) return;
  for (int i = 0; i < plan->rank - 1; i++)
    if (plan->dimensions[i].in == 1) {
      dimension run = plan->dimensions[i];
      for (; i < plan->rank - 2; i++) plan->dimensions[i] = plan->dimensions[i + 1];
      plan->dimensions[plan->rank - 2] = run;
      return;
    }
}

static copy_plan plan_copy(int rank, const int64_t *sizes, const int64_t *in_strides, const int64_t *out_strides) {
  copy_plan plan = {0};
  for (int i = 0; i < rank; i++)
    if (sizes[i] != 1) insert_dimension(&plan, (dimension){sizes[i], in_strides[i], out_strides[i]});
  merge_dimensions(&plan);
  bring_input_run_inside(&plan);
  while (plan.rank < 2) { // at least two dimensions, so that every path has a pair to work on
    for (int i = plan.rank; i > 0; i--) plan.dimensions[i] = plan.dimensions[i - 1];
    plan.dimensions[0] = (dimension){1, 0, 0};
    plan.rank++;
    if (plan.rank == 1) plan.dimensions[0] = (dimension){1, 1, 1};
  }
  return plan;
}

#define UNIT uint8_t
#define UNIT_NAME(name) name##_1
#include "strided_copy.inc"
#undef UNIT
#undef UNIT_NAME
#define UNIT uint16_t
#define UNIT_NAME(name) name##_2
#include "strided_copy.inc"
#undef UNIT
#undef UNIT_NAME
#define UNIT uint32_t
#define UNIT_NAME(name) name##_4
#include "strided_copy.inc"
#undef UNIT
#undef UNIT_NAME
#define UNIT uint64_t
#define UNIT_NAME(name) name##_8
#include "strided_copy.inc"
#undef UNIT
#undef UNIT_NAME

typedef struct {
  copy_plan plan;
  const char *in;
  char *out;
  int element_bytes;
} copy_task;

static void copy_serially(const copy_task *task) {
  switch (task->element_bytes) {
  case 1: copy_plan_1(&task->plan, (const uint8_t *)task->in, (uint8_t *)task->out); break;
  case 2: copy_plan_2(&task->plan, (const uint16_t *)task->in, (uint16_t *)task->out); break;
  case 4: copy_plan_4(&task->plan, (const uint32_t *)task->in, (uint32_t *)task->out); break;
  case 8: copy_plan_8(&task->plan, (const uint64_t *)task->in, (uint64_t *)task->out); break;
  default: abort();
  }
}

/// The outermost dimension that gives every thread enough, or else the largest.
static int dimension_to_share(const copy_plan *plan, int threads) {
  int best = 0;
  for (int i = 0; i < plan->rank; i++) {
    if (plan->dimensions[i].size >= 4 * (int64_t)threads) return i;
    if (plan->dimensions[i].size > plan->dimensions[best].size) best = i;
  }
  return best;
}

static void copy_share(void *context, int thread, int threads) {
  copy_task task = *(const copy_task *)context;
  dimension *shared = &task.plan.dimensions[dimension_to_share(&task.plan, threads)];
  adj_range range = adj_share(shared->size, shared->size >= 64 * (int64_t)threads ? 16 : 1, thread, threads);
  if (range.begin >= range.end) return;
  shared->size = range.end - range.begin;
  task.in += range.begin * shared->in * task.element_bytes;
  task.out += range.begin * shared->out * task.element_bytes;
  copy_serially(&task);
}

void adj_strided_copy(int rank, const int64_t *sizes, const void *in, const int64_t *in_strides, void *out,
                      const int64_t *out_strides, int element_bytes, int threads) {
  int64_t elements = 1;
  for (int i = 0; i < rank; i++) elements *= sizes[i];
  if (elements <= 0) return;
  copy_task task = {plan_copy(rank, sizes, in_strides, out_strides), in, out, element_bytes};
  if (threads > 1 && elements * element_bytes > parallel_copy_bytes)
    adj_parallel(copy_share, &task, threads);
  else
    copy_serially(&task);
}
