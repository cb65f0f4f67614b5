// Convolution by matrix products. For a block of output rows of one image the windows are laid out as the
// columns of a matrix [channels * kernel, pixels] (im2col), which meets the weights [outputs, channels *
// kernel] in one product. Images are divided among threads; sums over images run over groups fixed by the
// shape, so that a weight gradient is the same for any number of threads.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <string.h>

enum {
  block_bytes = 512 * 1024,           // columns of one block: they stay in the second-level cache
  most_groups = 16,                   // partial weight gradients
  most_group_bytes = 16 * 1024 * 1024, // and their size together
  parallel_convolution = 1 << 16,     // multiplications worth a second thread
};

typedef struct {
  int64_t depth;      // channels * kernel: rows of the column matrix
  int64_t rows;       // output rows of one block
  int64_t groups;     // of images, for the weight gradient
  int images_at_once; // threads over images; otherwise the products run on all threads
  // Elements of scratch: per thread the columns, the output block and one product of the weights' size.
  int64_t columns, outputs, weights, per_thread;
} convolution_plan;

static int64_t line_elements(int64_t elements) { return adj_ceil_div(elements, 16) * 16; }

static convolution_plan plan_convolution(const adj_window *w, int64_t o, int element_bytes, int threads) {
  convolution_plan plan = {.depth = w->c * w->kernel_h * w->kernel_w};
  int64_t row_bytes = adj_max(1, (plan.depth + o) * w->out_w * element_bytes);
  plan.rows = adj_max(1, adj_min(w->out_h, block_bytes / row_bytes));
  plan.columns = line_elements(plan.depth * plan.rows * w->out_w);
  plan.outputs = line_elements(o * plan.rows * w->out_w);
  plan.weights = line_elements(o * plan.depth);
  plan.per_thread = plan.columns + plan.outputs + plan.weights;
  int64_t fitting = most_group_bytes / adj_max(1, plan.weights * element_bytes);
  plan.groups = adj_max(1, adj_min(adj_min(w->n, most_groups), fitting));
  double work = (double)w->n * (double)o * (double)plan.depth * (double)(w->out_h * w->out_w);
  plan.images_at_once = threads > 1 && work >= parallel_convolution ? (int)adj_min(threads, w->n) : 1;
  if (2 * plan.images_at_once <= threads) plan.images_at_once = 1; // too few images to keep the team busy
  return plan;
}

int64_t adj_convolution_scratch(const adj_window *w, int64_t o, int element_bytes, int threads) {
  convolution_plan plan = plan_convolution(w, o, element_bytes, threads);
  return (adj_max(threads, 1) * plan.per_thread + plan.groups * plan.weights) * element_bytes;
}

/// Where the output, or its gradient, is a matrix in place: [o, pixels], or [pixels, o] when `transposed`.
typedef struct { int in_place, transposed; int64_t leading; } output_view;

static output_view view_output(const adj_window *w) {
  const int64_t *s = w->out_strides;
  if (s[3] == 1 && s[2] == w->out_w) return (output_view){1, 0, s[1]};
  if (s[1] == 1 && s[2] == w->out_w * s[3]) return (output_view){1, 1, s[3]};
  return (output_view){0, 0, 0};
}

/// Outputs x (of 0..<count) whose input x * stride + shift lies in 0..<size.
static adj_range inside(int64_t count, int64_t stride, int64_t shift, int64_t size) {
  adj_range range = {shift >= 0 ? 0 : adj_ceil_div(-shift, stride),
                     size > shift ? adj_ceil_div(size - shift, stride) : 0};
  range.begin = adj_min(range.begin, count);
  range.end = adj_max(range.begin, adj_min(range.end, count));
  return range;
}

#define ELEMENT_TEMPLATE "convolution.inc"
#include "each_element.inc"
