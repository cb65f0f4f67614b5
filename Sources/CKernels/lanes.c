// The place of the largest element of each lane, and reductions of lanes of integers.
#include "adjoint_arrays.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>

enum {
  lane_columns = 256,       // columns one unit of work takes: their winners stay in the first-level cache
  lane_run = 1024,          // elements of a row whose maximum is found before their places are looked at
  parallel_lanes = 1 << 15, // elements above which a second thread pays
};

typedef struct {
  int kind; // < 0: the place of the largest
  adj_lanes lanes;
  const void *in;
  int64_t *out;
} lane_job;

static int64_t lane_units_of_a_block(adj_lanes lanes) { return adj_ceil_div(lanes.inner, lane_columns); }

#define ELEMENT_TEMPLATE "lanes.inc"
#include "each_number.inc"

typedef struct {
  const lane_job *job;
  void (*run)(const lane_job *, adj_range units);
} lane_task;

static void lane_share(void *context, int thread, int threads) {
  const lane_task *task = context;
  adj_lanes lanes = task->job->lanes;
  adj_range units = adj_share(lanes.outer * lane_units_of_a_block(lanes), 1, thread, threads);
  if (units.begin < units.end) task->run(task->job, units);
}

static void run_lanes(const lane_job *job, void (*run)(const lane_job *, adj_range), int threads) {
  lane_task task = {job, run};
  int64_t count = job->lanes.outer * job->lanes.length * job->lanes.inner;
  adj_parallel(lane_share, &task, count >= parallel_lanes ? threads : 1);
}

void adj_arg_max(int element, adj_lanes lanes, const void *in, int64_t *out, int threads) {
  lane_job job = {-1, lanes, in, out};
  if (lanes.length == 0) return;
  run_lanes(&job, element == ADJ_FLOAT32   ? CHOOSE(lanes_f32)
                  : element == ADJ_FLOAT64 ? CHOOSE(lanes_f64)
                                           : CHOOSE(lanes_i64), threads);
}

void adj_reduce_lanes_i64(int kind, adj_lanes lanes, const int64_t *in, int64_t *out, int threads) {
  lane_job job = {kind, lanes, in, out};
  run_lanes(&job, CHOOSE(lanes_i64), threads);
}
