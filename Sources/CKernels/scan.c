// Scans along one axis. Each lane is scanned in order, so a result depends on nothing but its lane: lanes that
// lie side by side share vector registers, rows that lie one after another run several at a time, and threads
// take different lanes.
#include "adjoint_arrays.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>

// A product that is added is rounded first, as the plain kernel does it.
#pragma STDC FP_CONTRACT OFF

enum {
  scan_columns = 512,      // columns one unit of work takes: two rows of them stay in the first-level cache
  scan_rows = 8,           // rows scanned at a time, so that their additions do not wait for each other
  parallel_scan = 1 << 15, // elements above which a second thread pays
};

typedef struct {
  int kind, exclusive, reversed; // kind < 0: the recurrence
  adj_lanes lanes;
  const void *a, *b;
  void *out;
} scan_job;

static int64_t units_of_a_block(adj_lanes lanes) { return adj_ceil_div(lanes.inner, scan_columns); }

/// Units of work: blocks of columns, or groups of rows where the axis is the last.
static int64_t scan_units(adj_lanes lanes) {
  return lanes.inner == 1 ? adj_ceil_div(lanes.outer, scan_rows) : lanes.outer * units_of_a_block(lanes);
}

#define ELEMENT_TEMPLATE "scan.inc"
#include "each_number.inc"

typedef struct {
  const scan_job *job;
  void (*run)(const scan_job *, adj_range units);
} scan_task;

static void scan_share(void *context, int thread, int threads) {
  const scan_task *task = context;
  adj_range units = adj_share(scan_units(task->job->lanes), 1, thread, threads);
  if (units.begin < units.end) task->run(task->job, units);
}

static void run_scan(int element, const scan_job *job, int threads) {
  int64_t count = job->lanes.outer * job->lanes.length * job->lanes.inner;
  if (count == 0) return;
  scan_task task = {job, element == ADJ_FLOAT32   ? CHOOSE(scan_f32)
                         : element == ADJ_FLOAT64 ? CHOOSE(scan_f64)
                                                  : CHOOSE(scan_i64)};
  adj_parallel(scan_share, &task, count >= parallel_scan ? threads : 1);
}

void adj_scan(int element, int kind, adj_lanes lanes, int exclusive, int reversed, const void *in, void *out,
              int threads) {
  scan_job job = {kind, exclusive, reversed, lanes, in, 0, out};
  run_scan(element, &job, threads);
}

void adj_recurrence(int element, adj_lanes lanes, int reversed, const void *a, const void *b, void *out, int threads) {
  scan_job job = {-1, 0, reversed, lanes, a, b, out};
  run_scan(element, &job, threads);
}
