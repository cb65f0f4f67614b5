// Weighted sums of places along one axis. A sum goes through its own sources alone and in their order, so that it
// depends on neither the number of threads nor what lies beside it.
#include "adjoint_arrays.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"

// Columns, or rows, whose sums are kept in registers.
enum { resample_columns = 32, resample_rows = 8 };

typedef struct {
  adj_lanes lanes;
  adj_axis_weights table;
  const void *in;
  void *out;
} resample_job;

#define ELEMENT_TEMPLATE "resample.inc"
#include "each_element.inc"

typedef struct {
  const resample_job *job;
  void (*run)(const resample_job *, adj_range share);
} resample_task;

static void resample_share(void *context, int thread, int threads) {
  const resample_task *task = context;
  adj_lanes lanes = task->job->lanes;
  // Places of all blocks; where the axis is the last, rows.
  adj_range share = lanes.inner > 1 ? adj_share(lanes.outer * task->job->table.count, 1, thread, threads)
                                    : adj_share(lanes.outer, resample_rows, thread, threads);
  if (share.begin < share.end) task->run(task->job, share);
}

void adj_resample(int element, adj_lanes lanes, adj_axis_weights table, const void *in, void *out, int threads) {
  if (lanes.outer * table.count * lanes.inner == 0) return;
  resample_job job = {lanes, table, in, out};
  resample_task task = {&job, element == ADJ_FLOAT32 ? CHOOSE(resample_f32) : CHOOSE(resample_f64)};
  adj_parallel(resample_share, &task, threads);
}
