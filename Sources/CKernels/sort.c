// The order in which lanes are sorted, by their digits from the last to the first: each pass keeps the order of
// equal digits, so equal elements stay as they were, and no comparison is made. An element becomes an unsigned
// number in the order wanted: NaN the largest either way, both zeros the same.
#include "adjoint_arrays.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>
#include <string.h>

enum {
  few_elements = 24,        // sorted by insertion
  many_elements = 1 << 15,  // from here on digits of 11 bits: fewer passes over what no cache holds
  most_digits = 8,
  most_bins = 1 << 11,
  parallel_sort = 1 << 14,  // elements above which a second thread pays
  most_team = 64,           // threads that share one lane
};

typedef struct {
  adj_lanes lanes;
  int descending;
  const void *in;
  int64_t *out;
  char *scratch;
  int64_t scratch_of_one; // bytes of one thread's items
} sort_job;

/// How a key is cut into digits.
typedef struct { int bits, count; } digit_plan;

static digit_plan digits_for(int64_t length, int key_bits) {
  int bits = length < many_elements ? 8 : 11;
  return (digit_plan){bits, (key_bits + bits - 1) / bits};
}

ADJ_INLINE uint32_t key_f32(float x, int descending) {
  uint32_t bits;
  if (x != x) return UINT32_MAX;
  x += 0.0f; // -0 becomes 0
  memcpy(&bits, &x, sizeof bits);
  uint32_t key = bits >> 31 ? ~bits : bits | (uint32_t)1 << 31;
  return descending ? ~key : key;
}

ADJ_INLINE uint64_t key_f64(double x, int descending) {
  uint64_t bits;
  if (x != x) return UINT64_MAX;
  x += 0.0;
  memcpy(&bits, &x, sizeof bits);
  uint64_t key = bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
  return descending ? ~key : key;
}

ADJ_INLINE uint64_t key_i64(int64_t x, int descending) {
  uint64_t key = (uint64_t)x ^ (uint64_t)1 << 63;
  return descending ? ~key : key;
}

// A key of 32 bits shares a word with its place, one of 64 bits has a word beside it.
typedef uint64_t item_f32;
typedef struct { uint64_t key, place; } item_f64;
typedef item_f64 item_i64;

#define KEY_OF_f32(item) ((uint32_t)((item) >> 32))
#define PLACE_OF_f32(item) ((int64_t)((item) & UINT32_MAX))
#define MAKE_f32(key, place) ((uint64_t)(key) << 32 | (uint64_t)(place))
#define KEY_OF_f64(item) ((item).key)
#define PLACE_OF_f64(item) ((int64_t)(item).place)
#define MAKE_f64(key, place) ((item_f64){key, (uint64_t)(place)})
#define KEY_OF_i64 KEY_OF_f64
#define PLACE_OF_i64 PLACE_OF_f64
#define MAKE_i64 MAKE_f64

#define ELEMENT_TEMPLATE "sort.inc"
#include "each_number.inc"

static int64_t item_bytes(int element) { return element == ADJ_FLOAT32 ? sizeof(item_f32) : sizeof(item_f64); }

/// Lanes are shared out where there are enough of them; otherwise all threads sort one after another together.
static int is_shared_by_lanes(adj_lanes lanes, int threads) {
  return threads == 1 || lanes.outer * lanes.inner >= threads || lanes.length < 4 * many_elements;
}

int64_t adj_arg_sort_scratch(int element, adj_lanes lanes, int threads) {
  int64_t one = 2 * lanes.length * item_bytes(element) + 64;
  int64_t lanes_at_once = adj_min(threads, lanes.outer * lanes.inner);
  if (!is_shared_by_lanes(lanes, threads)) return one + (int64_t)most_team * most_bins * (int64_t)sizeof(int64_t);
  return one * adj_max(lanes_at_once, 1);
}

void adj_arg_sort(int element, adj_lanes lanes, int descending, const void *in, int64_t *out, void *scratch,
                  int threads) {
  if (lanes.outer * lanes.length * lanes.inner == 0) return;
  threads = (int)adj_min(threads, most_team);
  sort_job job = {lanes, descending, in, out, scratch, 2 * lanes.length * item_bytes(element) + 64};
  if (is_shared_by_lanes(lanes, threads)) {
    int team = lanes.outer * lanes.length * lanes.inner >= parallel_sort ? threads : 1;
    adj_task share = element == ADJ_FLOAT32   ? sort_share_f32
                     : element == ADJ_FLOAT64 ? sort_share_f64
                                              : sort_share_i64;
    adj_parallel(share, &job, (int)adj_min(team, lanes.outer * lanes.inner));
  } else if (element == ADJ_FLOAT32) {
    sort_together_f32(&job, threads);
  } else if (element == ADJ_FLOAT64) {
    sort_together_f64(&job, threads);
  } else {
    sort_together_i64(&job, threads);
  }
}
