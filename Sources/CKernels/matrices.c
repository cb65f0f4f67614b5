// Factorizations and systems. Everything is a recursion over halves or a sweep over panels whose bulk is the own
// matrix product; what is left over runs along rows in vector registers. Batches of small matrices are shared
// out among the threads; a large matrix has them all in its products.
#include "adjoint_matrices.h"
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "lapack.h"
#include "thread_share.h"
#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
  panel = 32,               // reflections that are applied together
  base_solve = 16,          // rows of a triangle that are solved without a product
  base_factor = 32,         // rows of a triangle that are factored without a product
  base_update = 128,        // rows of a symmetric update below which both halves are computed
  kept_sweeps = 32,         // sweeps of rotations that are applied to the vectors together
  library_rows = 128,       // rows from which a library is worth calling
  shared_rows = 160,        // rows up to which a batch is shared out rather than each matrix
  parallel_flat = 1 << 15,  // elements of a matrix above which a second thread pays for one pass over it
  parallel_matrix = 1 << 25, // rows times columns squared above which a second thread pays
  most_sweeps = 100,
};

/// What one thread works with: its scratch memory, and how many threads its products may use.
typedef struct { char *memory; int threads; } workspace;

/// Cuts a piece off the scratch memory.
static void *take(workspace *work, int64_t bytes) {
  char *piece = work->memory;
  work->memory += (bytes + 63) & ~(int64_t)63;
  return piece;
}

static int uses_library(const adj_matrix_job *job) {
  return job->uses_library && job->kind >= ADJ_EIGENVALUES && adj_min(job->rows, job->columns) >= library_rows
    && adj_lapack() != 0;
}

/// A line of a matrix and the size of its largest element.
typedef struct { double size; int64_t place; } sized_line;

static int is_later(const void *one, const void *other) {
  const sized_line *a = one, *b = other;
  return a->size != b->size ? (a->size < b->size ? 1 : -1) : a->place < b->place ? -1 : 1;
}

#define ELEMENT_TEMPLATE "matrices.inc"
#include "each_element.inc"

static int64_t scratch_of_one(const adj_matrix_job *job) {
  int64_t size = job->is_double ? 8 : 4, m = job->rows, n = job->columns;
  int64_t most = adj_max(m, n) + 64, square = adj_max(m, n) * (n + 64) + 64, squares = 3;
  if (job->kind == ADJ_SINGULAR_DECOMPOSITION) {
    square = adj_max(m, n) * (adj_min(m, n) + 64) + 64;
    squares = 8;
  }
  int64_t bytes = squares * square * size + (16 + 4 * panel + 2 * kept_sweeps) * most * 8 + 32768;
  if (job->right_columns > 0) bytes += m * job->right_columns * size + 64;
  return bytes;
}

static int is_shared_out(const adj_matrix_job *job, int threads) {
  return threads > 1 && job->batch > 1 && adj_max(job->rows, job->right_columns) <= shared_rows;
}

int64_t adj_matrix_scratch(const adj_matrix_job *job, int threads) {
  int64_t one = (scratch_of_one(job) + 63) & ~(int64_t)63;
  return is_shared_out(job, threads) ? one * adj_min(threads, job->batch) : one;
}

typedef struct {
  const adj_matrix_job *job;
  const void *a, *b;
  void *out;
  char *scratch;
  int (*run)(const adj_matrix_job *, const void *a, const void *b, void *out, int64_t entry, workspace);
  _Atomic int64_t first_wrong;
} matrix_task;

static void note_wrong(matrix_task *task, int64_t entry) {
  int64_t known = atomic_load(&task->first_wrong);
  while (entry < known && !atomic_compare_exchange_weak(&task->first_wrong, &known, entry)) {
  }
}

static void matrix_share(void *context, int thread, int threads) {
  matrix_task *task = context;
  adj_range part = adj_share(task->job->batch, 1, thread, threads);
  workspace work = {task->scratch + thread * ((scratch_of_one(task->job) + 63) & ~(int64_t)63), 1};
  for (int64_t entry = part.begin; entry < part.end; entry++)
    if (!task->run(task->job, task->a, task->b, task->out, entry, work)) {
      note_wrong(task, entry);
      return;
    }
}

int64_t adj_matrix_run(const adj_matrix_job *job, const void *a, const void *b, void *out, void *scratch,
                       int threads) {
  matrix_task task = {job, a, b, out, scratch, job->is_double ? CHOOSE(matrix_f64) : CHOOSE(matrix_f32), INT64_MAX};
  if (is_shared_out(job, threads))
    adj_parallel(matrix_share, &task, (int)adj_min(threads, job->batch));
  else {
    int pays = job->rows * job->columns * adj_max(job->columns, job->right_columns) >= parallel_matrix;
    for (int64_t entry = 0; entry < job->batch; entry++)
      if (!task.run(job, a, b, out, entry, (workspace){scratch, pays ? threads : 1})) {
        note_wrong(&task, entry);
        break;
      }
  }
  int64_t first = atomic_load(&task.first_wrong);
  return first == INT64_MAX ? -1 : first;
}
