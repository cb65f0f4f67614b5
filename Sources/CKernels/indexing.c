// Rows by index: fetched, added up, and counted. What is added up at one place is added in the order of the
// indices by one thread, so the bits are the same for any number of threads.
#include "adjoint_arrays.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <stdatomic.h>
#include <string.h>

enum {
  parallel_indices = 1 << 14,     // indices above which a second thread pays
  parallel_row_bytes = 1 << 17,   // bytes moved above which one pays
};

typedef struct {
  int64_t count, bound;
  const int64_t *indices;
  _Atomic int64_t first;
} index_check;

static void check_share(void *context, int thread, int threads) {
  index_check *check = context;
  adj_range part = adj_share(check->count, 1, thread, threads);
  uint64_t bound = (uint64_t)check->bound;
  int64_t i = part.begin;
  for (; i + 64 <= part.end; i += 64) {
    int wrong = 0;
    for (int64_t j = 0; j < 64; j++) wrong |= (uint64_t)check->indices[i + j] >= bound;
    if (wrong) break;
  }
  for (; i < part.end; i++)
    if ((uint64_t)check->indices[i] >= bound) {
      int64_t known = atomic_load(&check->first);
      while (i < known && !atomic_compare_exchange_weak(&check->first, &known, i)) {
      }
      return;
    }
}

int64_t adj_first_outside(int64_t count, const int64_t *indices, int64_t bound, int threads) {
  index_check check = {count, bound, indices, INT64_MAX};
  adj_parallel(check_share, &check, count >= 4 * parallel_indices ? threads : 1);
  int64_t first = atomic_load(&check.first);
  return first == INT64_MAX ? -1 : first;
}

typedef struct {
  int64_t length, row_bytes, count, rows;
  const char *in;
  const int64_t *indices;
  char *out;
} gather_job;

// Rows of the size of one element: a copy the compiler knows the size of.
#define GATHER_ROWS(bytes)                                                                              \
  for (int64_t i = begin; i < end; i++)                                                                 \
    memcpy(out + i * (bytes), in + job->indices[i] * (bytes), bytes);

static void gather_block(const gather_job *job, int64_t block, int64_t begin, int64_t end) {
  const char *in = job->in + block * job->length * job->row_bytes;
  char *out = job->out + block * job->count * job->row_bytes;
  switch (job->row_bytes) {
    case 1: GATHER_ROWS(1) return;
    case 4: GATHER_ROWS(4) return;
    case 8: GATHER_ROWS(8) return;
    case 16: GATHER_ROWS(16) return;
    default: GATHER_ROWS(job->row_bytes)
  }
}

static void gather_share(void *context, int thread, int threads) {
  const gather_job *job = context;
  adj_range part = adj_share(job->rows, 1, thread, threads);
  for (int64_t row = part.begin; row < part.end;) {
    int64_t block = row / job->count, begin = row % job->count;
    int64_t end = adj_min(job->count, begin + part.end - row);
    gather_block(job, block, begin, end);
    row += end - begin;
  }
}

void adj_gather(int64_t outer, int64_t length, int64_t row_bytes, int64_t count, const void *in,
                const int64_t *indices, void *out, int threads) {
  gather_job job = {length, row_bytes, count, outer * count, in, indices, out};
  if (job.rows == 0 || row_bytes == 0) return;
  int pays = job.rows >= parallel_indices || job.rows * row_bytes >= parallel_row_bytes;
  adj_parallel(gather_share, &job, pays ? threads : 1);
}

typedef struct {
  adj_lanes lanes;
  int64_t count;
  const void *in;
  const int64_t *indices;
  void *out;
} scatter_job;

#define ELEMENT_TEMPLATE "indexing.inc"
#include "each_number.inc"

void adj_scatter_add(int element, adj_lanes lanes, int64_t count, const void *in, const int64_t *indices, void *out,
                     int threads) {
  scatter_job job = {lanes, count, in, indices, out};
  int64_t work = lanes.outer * lanes.inner * adj_max(count, lanes.length);
  adj_parallel(element == ADJ_FLOAT32   ? scatter_share_f32
               : element == ADJ_FLOAT64 ? scatter_share_f64
                                        : scatter_share_i64, &job, work >= 2 * parallel_indices ? threads : 1);
}

typedef struct {
  int64_t length, count;
  const int64_t *indices;
  int64_t *out;
} writer_job;

static void writer_share(void *context, int thread, int threads) {
  const writer_job *job = context;
  adj_range places = adj_share(job->length, 1, thread, threads);
  uint64_t size = (uint64_t)(places.end - places.begin);
  for (int64_t place = places.begin; place < places.end; place++) job->out[place] = -1;
  for (int64_t i = 0; i < job->count; i++)
    if ((uint64_t)(job->indices[i] - places.begin) < size) job->out[job->indices[i]] = i;
}

void adj_last_writer(int64_t length, int64_t count, const int64_t *indices, int64_t *out, int threads) {
  writer_job job = {length, count, indices, out};
  adj_parallel(writer_share, &job, length + count >= 4 * parallel_indices ? threads : 1);
}
