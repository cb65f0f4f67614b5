// The mean cross-entropy of softmax(logits) against class indices, and its gradient. Each row is shifted by
// its maximum, so no exponential overflows. Rows are worked on in chunks fixed by the shape; the losses of
// the chunks are added in their order.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "exponential.h"
#include "instruction_sets.h"
#include "thread_share.h"

enum {
  most_chunks = 256,
  least_rows = 64,             // rows of one chunk
  parallel_logits = 1 << 14,
};

static int64_t rows_per_chunk(int64_t rows) { return adj_max(least_rows, adj_ceil_div(rows, most_chunks)); }

static int64_t first_bad_target(int64_t rows, int64_t classes, const int64_t *targets) {
  for (int64_t r = 0; r < rows; r++)
    if ((uint64_t)targets[r] >= (uint64_t)classes) return r;
  return -1;
}

#define ELEMENT_TEMPLATE "softmax_cross_entropy.inc"
#include "each_element.inc"
