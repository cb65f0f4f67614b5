// How work is divided among the threads of a team.
#pragma once
#include <stdint.h>

typedef struct { int64_t begin, end; } adj_range;

static inline int64_t adj_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t adj_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t adj_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// The share of `count` units, in whole multiples of `grain`, that thread `thread` of `threads` works on.
static inline adj_range adj_share(int64_t count, int64_t grain, int thread, int threads) {
  int64_t grains = adj_ceil_div(count, grain);
  adj_range range = {grains * thread / threads * grain, grains * (thread + 1) / threads * grain};
  range.begin = adj_min(range.begin, count);
  range.end = adj_min(range.end, count);
  return range;
}
