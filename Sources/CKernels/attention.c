// Softmax of queries times keys, times values, and its gradient, without a matrix of all places by all places in
// memory: a thread takes one head of keys of one sequence, and of its queries some rows at a time. What is masked by
// order is not computed but for the rows' last block. The backward pass computes the weights again.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "exponential.h"
#include "instruction_sets.h"
#include "thread_share.h"

enum { attention_rows = 24, attention_lanes = 16 }; // rows of queries at a time; buffers are whole vectors of any set

static int64_t padded_places(const adj_attention *s) {
  return adj_ceil_div(s->places, attention_lanes) * attention_lanes;
}

// The weights of a block of rows, or the gradient of their scores.
static int64_t block_elements(const adj_attention *s) {
  return adj_min(attention_rows, s->places) * padded_places(s);
}

// Of one thread: weights, their gradient, the block's queries times the scale, and the keys and values turned.
static int64_t thread_elements(const adj_attention *s) {
  int64_t queries = adj_min(attention_rows, s->places) * s->width;
  return 2 * block_elements(s) + 2 * padded_places(s) * s->width +
         adj_ceil_div(queries, attention_lanes) * attention_lanes;
}

static int attention_team(const adj_attention *s, int threads) {
  int64_t pairs = s->batch * s->key_heads;
  return (int)adj_max(1, adj_min(threads, pairs));
}

int64_t adj_attention_scratch(const adj_attention *s, int element_bytes, int threads) {
  return thread_elements(s) * element_bytes * attention_team(s, threads);
}

#if defined(__x86_64__)
#define HAS_PAIRS_f32 1
#else
#define HAS_PAIRS_f32 0
#endif
#define HAS_PAIRS_f64 0

#define ELEMENT_TEMPLATE "attention.inc"
#include "each_element.inc"
