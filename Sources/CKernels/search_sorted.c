// Where values belong in a sorted vector, by halving.
#include "adjoint_arrays.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>

enum {
  searched_together = 8,     // values whose halving goes on side by side
  parallel_search = 1 << 12, // values above which a second thread pays
};

typedef struct {
  int64_t count, values_count;
  const void *sorted, *values;
  int right;
  int64_t *out;
} search_job;

#define ELEMENT_TEMPLATE "search_sorted.inc"
#include "each_number.inc"

void adj_search_sorted(int element, int64_t count, const void *sorted, int64_t values_count, const void *values,
                       int right, int64_t *out, int threads) {
  search_job job = {count, values_count, sorted, values, right, out};
  adj_parallel(element == ADJ_FLOAT32   ? search_share_f32
               : element == ADJ_FLOAT64 ? search_share_f64
                                        : search_share_i64, &job, values_count >= parallel_search ? threads : 1);
}
