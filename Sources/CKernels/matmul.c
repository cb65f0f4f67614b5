// Matrix products. Small ones run in plain loops; larger ones copy blocks of both operands into panels that
// a register tile reads in order. Threads divide rows and columns of the result, never k, and the blocks
// over k depend on k alone: a result is the same for any number of threads.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
  block_k = 256,               // depth of a panel: one panel of B and one of A stay in the first-level cache
  block_a_bytes = 480 * 1024,  // packed A: about half a second-level cache
  block_b_bytes = 2048 * 1024, // packed B: a share of the last-level cache
  small_product = 4096,        // multiplications below which packing costs more than it saves
  parallel_product = 1 << 19,  // multiplications above which a second thread pays
};

// --- one buffer per thread for packed panels, kept between calls: fresh pages would cost more than the packing.

static pthread_key_t panels_key;
static pthread_once_t panels_once = PTHREAD_ONCE_INIT;

static void make_panels_key(void) { pthread_key_create(&panels_key, free); }

static void *thread_panels(void) {
  pthread_once(&panels_once, make_panels_key);
  void *panels = pthread_getspecific(panels_key);
  if (!panels) {
    if (posix_memalign(&panels, 64, block_a_bytes + block_b_bytes)) abort();
    pthread_setspecific(panels_key, panels);
  }
  return panels;
}

// --- the grid of threads over the result: as square in units of work as the tile allows, so that little is
// packed twice.

typedef struct { int rows, columns; } thread_grid;

static thread_grid choose_grid(int64_t m, int64_t n, int threads) {
  thread_grid best = {1, threads};
  int64_t least = INT64_MAX;
  for (int rows = 1; rows <= threads; rows++) {
    if (threads % rows) continue;
    int64_t packed = adj_ceil_div(m, rows) + adj_ceil_div(n, threads / rows);
    if (packed < least) {
      least = packed;
      best = (thread_grid){rows, threads / rows};
    }
  }
  return best;
}

#define ELEMENT_TEMPLATE "matmul.inc"
#include "each_element.inc"
