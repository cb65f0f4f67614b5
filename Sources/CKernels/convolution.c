// Convolution by matrix products, of images that are channels-last without gaps. For a block of output rows of one
// image the windows are laid out as a matrix (im2col), which meets the weights in one product; in groups, each group
// of channels meets its own weights. Images and groups are divided among threads; sums over images run over parts
// fixed by the shape, so that a weight gradient is the same for any number of threads.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <string.h>

enum {
  block_bytes = 512 * 1024,           // windows of one block: they stay in the second-level cache
  most_parts = 16,                    // partial weight gradients
  most_part_bytes = 16 * 1024 * 1024, // and their size together
  parallel_convolution = 1 << 16,     // multiplications worth a second thread
  few_channels = 3,                   // up to which lines are copied faster than pixels
  few_outputs = 8,                    // fewer than these fill too little of a product's tile as its columns
  direct_channels = 8,                // groups up to this size, on either side, are convolved without products
  direct_block = 64,                  // results that a unit of work without products goes through
};

/// How the windows of a block become a matrix.
typedef enum {
  by_line,  // [channels * kernel, pixels], line by line of the image
  by_pixel, // [pixels, kernel * channels], pixel by pixel: the weights are turned to the same order
  in_place, // [pixels, channels]: a window of one element is the image itself
} column_order;

typedef struct {
  int64_t channels, outputs; // of one group
  int64_t kernel;     // elements of the window
  int64_t depth;      // channels * kernel
  int64_t lines;      // output rows of an image, over all its layers
  int64_t rows;       // output rows of one block
  int64_t parts;      // of the images, for the weight gradient
  int shares;         // threads over images and groups; otherwise the products run on all threads
  int is_direct;      // groups of a few channels: without products
  int is_depthwise;   // and each channel is a group of its own
  column_order order;
  // Elements of scratch: per thread the columns, the output block and one product of a group's weights.
  int64_t column_elements, block_elements, weight_elements, per_thread;
  int64_t all_weights;
} convolution_plan;

static int64_t line_elements(int64_t elements) { return adj_ceil_div(elements, 16) * 16; }

static column_order choose_order(const adj_window *w, int64_t channels, int64_t kernel) {
  int moves_by_one = w->stride_d == 1 && w->stride_h == 1 && w->stride_w == 1;
  int has_all = w->out_d == w->d && w->out_h == w->h && w->out_w == w->w;
  if (kernel == 1 && moves_by_one && has_all && w->pad_d == 0 && w->pad_h == 0 && w->pad_w == 0) return in_place;
  return channels > few_channels ? by_pixel : by_line;
}

static convolution_plan plan_convolution(const adj_convolution *s, int element_bytes, int threads) {
  const adj_window *w = &s->window;
  convolution_plan plan = {.channels = w->c / s->groups, .outputs = s->o / s->groups,
                           .kernel = w->kernel_d * w->kernel_h * w->kernel_w, .lines = w->out_d * w->out_h};
  plan.depth = plan.channels * plan.kernel;
  plan.order = choose_order(w, plan.channels, plan.kernel);
  plan.is_direct = s->groups > 1 && plan.channels <= direct_channels && plan.outputs <= direct_channels &&
                   plan.outputs > 0;
  plan.is_depthwise = plan.is_direct && plan.channels == 1 && plan.outputs == 1;
  plan.all_weights = line_elements(s->o * plan.depth);
  if (plan.is_direct) {
    plan.per_thread = plan.is_depthwise ? 0 : direct_block * w->d * w->h * w->w;
    return plan;
  }
  int64_t row_bytes = adj_max(1, (plan.depth + plan.outputs) * w->out_w * element_bytes);
  plan.rows = adj_max(1, adj_min(plan.lines, block_bytes / row_bytes));
  plan.column_elements = plan.order == in_place ? 0 : line_elements(plan.depth * plan.rows * w->out_w);
  plan.block_elements = plan.outputs < few_outputs ? line_elements(plan.outputs * plan.rows * w->out_w) : 0;
  plan.weight_elements = line_elements(plan.outputs * plan.depth);
  plan.per_thread = plan.column_elements + plan.block_elements + plan.weight_elements;
  int64_t fitting = most_part_bytes / adj_max(1, plan.all_weights * element_bytes);
  plan.parts = adj_max(1, adj_min(adj_min(w->n, most_parts), fitting));
  double work = (double)w->n * (double)s->o * (double)plan.depth * (double)(plan.lines * w->out_w);
  int64_t units = w->n * s->groups;
  plan.shares = threads > 1 && work >= parallel_convolution ? (int)adj_min(threads, units) : 1;
  if (2 * plan.shares <= threads) plan.shares = 1; // too few units to keep the team busy
  return plan;
}

/// The scratch of all threads, the partial sums, the turned weights.
int64_t adj_convolution_scratch(const adj_convolution *s, int element_bytes, int threads) {
  convolution_plan plan = plan_convolution(s, element_bytes, threads);
  if (plan.is_direct) return (plan.all_weights + adj_max(threads, 1) * plan.per_thread) * element_bytes;
  return (adj_max(threads, 1) * plan.per_thread + (plan.parts + 1) * plan.all_weights) * element_bytes;
}

/// Outputs x (of 0..<count) whose input x * stride + shift lies in 0..<size.
static adj_range inside(int64_t count, int64_t stride, int64_t shift, int64_t size) {
  adj_range range = {shift >= 0 ? 0 : adj_ceil_div(-shift, stride),
                     size > shift ? adj_ceil_div(size - shift, stride) : 0};
  range.begin = adj_min(range.begin, count);
  range.end = adj_max(range.begin, adj_min(range.end, count));
  return range;
}

/// The elements of a window along one axis that lie in the image: their number, and where the first lies.
typedef struct { int64_t tap, end, source; } tap_range;

ADJ_INLINE tap_range taps_at(int64_t place, int64_t stride, int64_t pad, int64_t kernel, int64_t dilation,
                             int64_t size) {
  int64_t source = place * stride - pad;
  int64_t tap = source < 0 ? (dilation == 1 ? -source : adj_ceil_div(-source, dilation)) : 0;
  source += tap * dilation;
  int64_t room = size - source; // in the image, from the first element on
  int64_t count = room <= 0 ? 0 : dilation == 1 ? room : adj_ceil_div(room, dilation);
  return (tap_range){tap, adj_min(kernel, tap + count), source};
}

typedef struct { tap_range z, y, x; } window_taps;

ADJ_INLINE window_taps taps_of(const adj_window *w, int64_t z, int64_t y, int64_t x) {
  return (window_taps){taps_at(z, w->stride_d, w->pad_d, w->kernel_d, w->dilation_d, w->d),
                       taps_at(y, w->stride_h, w->pad_h, w->kernel_h, w->dilation_h, w->h),
                       taps_at(x, w->stride_w, w->pad_w, w->kernel_w, w->dilation_w, w->w)};
}

/// Runs over the elements of a window that lie in the image: `at` is an element's offset in the image, `tap` its
/// number in the window.
#define EACH_TAP(w, taps, at, tap)                                                                                 \
  for (int64_t h_ = (taps).z.tap; h_ < (taps).z.end; h_++)                                                         \
    for (int64_t i_ = (taps).y.tap; i_ < (taps).y.end; i_++)                                                       \
      for (int64_t j_ = (taps).x.tap, tap = (h_ * (w)->kernel_h + i_) * (w)->kernel_w + j_,                        \
                   at = ((taps).z.source + (h_ - (taps).z.tap) * (w)->dilation_d) * (w)->in_strides[2] +           \
                        ((taps).y.source + (i_ - (taps).y.tap) * (w)->dilation_h) * (w)->in_strides[3] +           \
                        (taps).x.source * (w)->in_strides[4];                                                      \
           j_ < (taps).x.end; j_++, tap++, at += (w)->dilation_w * (w)->in_strides[4])

/// Runs over the places of the output within an image: `to` is a place's offset.
#define EACH_PLACE(w, z, y, x, to)                                                                          \
  for (int64_t z = 0; z < (w)->out_d; z++)                                                                  \
    for (int64_t y = 0; y < (w)->out_h; y++)                                                                \
      for (int64_t x = 0, to = z * (w)->out_strides[2] + y * (w)->out_strides[3]; x < (w)->out_w;           \
           x++, to += (w)->out_strides[4])

#define ELEMENT_TEMPLATE "convolution_direct.inc"
#include "each_element.inc"
#undef ELEMENT_TEMPLATE
#define ELEMENT_TEMPLATE "convolution_columns.inc"
#include "each_element.inc"
#undef ELEMENT_TEMPLATE
#define ELEMENT_TEMPLATE "convolution.inc"
#include "each_element.inc"
