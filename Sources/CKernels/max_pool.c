// Maximum pooling, its gradient, and the selection of other values at the positions that won. Where the
// channels lie next to each other a group of them is worked on at once; any other layout goes element by
// element. An image belongs to one thread, so overlapping windows need no care.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>
#include <string.h>

enum { parallel_pool = 1 << 14 };

typedef struct { int64_t top, bottom, left, right; } pool_window; // within the image

ADJ_INLINE pool_window window_at(const adj_window *w, int64_t y, int64_t x) {
  int64_t top = y * w->stride_h - w->pad_h, left = x * w->stride_w - w->pad_w;
  return (pool_window){adj_max(top, 0), adj_min(top + w->kernel_h, w->h), adj_max(left, 0),
                       adj_min(left + w->kernel_w, w->w)};
}

/// Elements from the first to past the last of a tensor.
static int64_t extent_of(const adj_window *w, const int64_t *strides, int64_t height, int64_t width) {
  return (w->n - 1) * strides[0] + (w->c - 1) * strides[1] + (height - 1) * strides[2] + (width - 1) * strides[3] + 1;
}

/// Channels next to each other and pixels apart in both tensors.
static int channels_are_last(const adj_window *w) {
  return w->c > 1 && w->in_strides[1] == 1 && w->out_strides[1] == 1;
}

static int is_two_by_two(const adj_window *w) {
  return w->kernel_h == 2 && w->kernel_w == 2 && w->stride_h == 2 && w->stride_w == 2 && w->pad_h == 0 &&
         w->pad_w == 0 && 2 * w->out_h <= w->h && 2 * w->out_w <= w->w;
}

/// Rows of pixels without gaps, one after another: a whole group of lanes may then spill into the next pixel,
/// which is written afterwards.
static int is_dense(const int64_t *strides, int64_t channels, int64_t height, int64_t width) {
  return strides[3] == channels && strides[2] == channels * width && strides[0] == channels * width * height;
}

#define ELEMENT_TEMPLATE "max_pool.inc"
#include "each_element.inc"
