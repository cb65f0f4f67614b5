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

typedef struct { int64_t begin, end; } pool_axis;
typedef struct { pool_axis z, y, x; } pool_window; // within the image, in steps of the dilation

ADJ_INLINE pool_axis axis_at(int64_t place, int64_t stride, int64_t pad, int64_t kernel, int64_t dilation,
                             int64_t size) {
  int64_t begin = place * stride - pad, end = begin + (kernel - 1) * dilation + 1;
  if (begin < 0) begin = dilation == 1 ? 0 : begin + adj_ceil_div(-begin, dilation) * dilation;
  return (pool_axis){begin, adj_min(end, size)};
}

ADJ_INLINE pool_window window_at(const adj_window *w, int64_t z, int64_t y, int64_t x) {
  return (pool_window){axis_at(z, w->stride_d, w->pad_d, w->kernel_d, w->dilation_d, w->d),
                       axis_at(y, w->stride_h, w->pad_h, w->kernel_h, w->dilation_h, w->h),
                       axis_at(x, w->stride_w, w->pad_w, w->kernel_w, w->dilation_w, w->w)};
}

ADJ_INLINE int is_empty(pool_window window) {
  return window.z.begin >= window.z.end || window.y.begin >= window.y.end || window.x.begin >= window.x.end;
}

/// Runs over the elements of a window within an image: `at` is an element's offset.
#define EACH_ELEMENT(w, window, at)                                                                     \
  for (int64_t z_ = (window).z.begin; z_ < (window).z.end; z_ += (w)->dilation_d)                       \
    for (int64_t y_ = (window).y.begin; y_ < (window).y.end; y_ += (w)->dilation_h)                     \
      for (int64_t x_ = (window).x.begin,                                                               \
                   at = z_ * (w)->in_strides[2] + y_ * (w)->in_strides[3] + x_ * (w)->in_strides[4];    \
           x_ < (window).x.end; x_ += (w)->dilation_w, at += (w)->dilation_w * (w)->in_strides[4])

ADJ_INLINE int64_t first_of(const adj_window *w, pool_window window) {
  return window.z.begin * w->in_strides[2] + window.y.begin * w->in_strides[3] + window.x.begin * w->in_strides[4];
}

/// Runs over the places of the output within an image: `to` is a place's offset.
#define EACH_PLACE(w, z, y, x, to)                                                                          \
  for (int64_t z = 0; z < (w)->out_d; z++)                                                                  \
    for (int64_t y = 0; y < (w)->out_h; y++)                                                                \
      for (int64_t x = 0, to = z * (w)->out_strides[2] + y * (w)->out_strides[3]; x < (w)->out_w;           \
           x++, to += (w)->out_strides[4])

/// Elements from the first to past the last of a tensor.
static int64_t extent_of(const adj_window *w, const int64_t *strides, int64_t depth, int64_t height, int64_t width) {
  return (w->n - 1) * strides[0] + (w->c - 1) * strides[1] + (depth - 1) * strides[2] + (height - 1) * strides[3] +
         (width - 1) * strides[4] + 1;
}

/// Channels next to each other and pixels apart in both tensors.
static int channels_are_last(const adj_window *w) {
  return w->c > 1 && w->in_strides[1] == 1 && w->out_strides[1] == 1;
}

static int has_nothing(const adj_window *w) {
  return w->d <= 0 || w->h <= 0 || w->w <= 0 || w->out_d <= 0 || w->out_h <= 0 || w->out_w <= 0;
}

static int is_two_by_two(const adj_window *w) {
  return w->d == 1 && w->kernel_d == 1 && w->out_d == 1 && w->dilation_h == 1 && w->dilation_w == 1 && w->kernel_h == 2 && w->kernel_w == 2 &&
         w->stride_h == 2 && w->stride_w == 2 && w->pad_h == 0 && w->pad_w == 0 && 2 * w->out_h <= w->h && 2 * w->out_w <= w->w;
}

/// Rows of pixels without gaps, one after another: a whole group of lanes may then spill into the next pixel,
/// which is written afterwards.
static int is_dense(const int64_t *strides, int64_t channels, int64_t height, int64_t width) {
  return strides[4] == channels && strides[3] == channels * width && strides[0] == channels * width * height;
}

#define ELEMENT_TEMPLATE "max_pool.inc"
#include "each_element.inc"
