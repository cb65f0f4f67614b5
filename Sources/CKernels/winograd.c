// Convolution of 3x3 windows that move by one, by Winograd's F(2x2, 3x3): a tile of 2x2 results needs 16
// multiplications of each pair of channels where the sum over the window needs 36. Every 4x4 patch of an image becomes
// 16 numbers, the weights of each pair of channels too; 16 products of matrices, channels by channels, run over all
// patches of a block; and 16 numbers become 2x2 results. All factors of the transforms are 0, 1 and 1/2, so results
// are about as exact as the plain sum's. The gradient of the input is the same with the weights turned around, the
// gradient of the weights the transposed algorithm: sums over all patches of products of 16 numbers.
//
// A block of patches is small enough to stay in the caches from its reading to its results. Threads share the patches.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "half_precision.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <string.h>

enum {
  points = 16,              // numbers of a patch
  patch_rows = 12,          // what a product's tile takes: blocks are multiples
  near_bytes = 192 * 1024,  // of a block's numbers on both sides
  most_patches = 96,
  channel_grain = 16,       // whole vectors of any instruction set
  gap = 16,                 // elements between patches, so that their points do not share a cache's sets
  near_sums = 512 * 1024,   // bytes of the weights' gradient, point by point, that are summed into at a time
  most_parts = 16,          // of the patches, each with sums of its own
};

typedef struct {
  int64_t n, height, width, channels;      // what is read
  int64_t out_height, out_width, outputs;  // what comes of it
  int64_t pad_top, pad_left;
  int64_t tiles_down, tiles_across, tiles; // of 2x2 results
  int64_t block;                           // patches at a time
} patch_grid;

static patch_grid grid_of(int64_t n, const int64_t from[3], const int64_t to[3], int64_t pad_top, int64_t pad_left) {
  patch_grid g = {.n = n, .height = from[0], .width = from[1], .channels = from[2], .out_height = to[0],
                  .out_width = to[1], .outputs = to[2], .pad_top = pad_top, .pad_left = pad_left};
  g.tiles_down = adj_ceil_div(g.out_height, 2);
  g.tiles_across = adj_ceil_div(g.out_width, 2);
  g.tiles = n * g.tiles_down * g.tiles_across;
  int64_t patch_bytes = points * (g.channels + g.outputs) * (int64_t)sizeof(float);
  int64_t fitting = near_bytes / patch_bytes / patch_rows * patch_rows;
  g.block = adj_max(2 * patch_rows, adj_min(most_patches, fitting));
  return g;
}

/// The forward pass, and the transposed one for the gradient of the weights.
static patch_grid grid_of_images(const adj_convolution *s) {
  const adj_window *w = &s->window;
  return grid_of(w->n, (int64_t[]){w->h, w->w, w->c}, (int64_t[]){w->out_h, w->out_w, s->o}, w->pad_h, w->pad_w);
}

/// From the gradient of the results to that of the images.
static patch_grid grid_of_upstream(const adj_convolution *s) {
  const adj_window *w = &s->window;
  return grid_of(w->n, (int64_t[]){w->out_h, w->out_w, s->o}, (int64_t[]){w->h, w->w, w->c}, 2 - w->pad_h,
                 2 - w->pad_w);
}

/// From one patch's numbers to the next one's.
static inline int64_t patch_step(int64_t channels) { return points * channels + gap; }

static int64_t block_elements(const patch_grid *g, int64_t channels) { return g->block * patch_step(channels); }

/// Numbers of bfloat16 take half of the memory, so that more patches are near.
static inline void widen_blocks(patch_grid *g) { g->block *= 2; }

static int64_t thread_elements(const patch_grid *g) {
  return block_elements(g, g->channels) + block_elements(g, g->outputs);
}

static int64_t weight_elements(const patch_grid *g) { return points * g->channels * g->outputs; }

int adj_winograd_serves(const adj_convolution *s) {
  const adj_window *w = &s->window;
  int is_three = w->kernel_h == 3 && w->kernel_w == 3 && w->kernel_d == 1 && w->d == 1 && w->out_d == 1;
  int is_plain = w->stride_h == 1 && w->stride_w == 1 && w->dilation_h == 1 && w->dilation_w == 1 && s->groups == 1;
  int is_whole = w->c > 0 && s->o > 0 && w->c % channel_grain == 0 && s->o % channel_grain == 0;
  int is_padded = w->pad_h >= 0 && w->pad_h <= 2 && w->pad_w >= 0 && w->pad_w <= 2 && w->pad_d == 0;
  // Where padding takes pixels away at the end, a patch would look at some that no window sees.
  is_padded &= w->out_h + 2 - w->pad_h >= w->h && w->out_w + 2 - w->pad_w >= w->w;
  if (!is_three || !is_plain || !is_whole || !is_padded) return 0;
  patch_grid g = grid_of_images(s);
  return g.tiles >= 4 * patch_rows;
}

/// How the sums over all patches are divided: into parts of the patches that only the shape decides, so that the
/// gradient is the same for any number of threads, and into runs of channels.
typedef struct {
  int64_t parts, channels, runs;
} sum_plan;

static sum_plan plan_sums(const patch_grid *g, int threads) {
  int64_t bytes = weight_elements(g) * (int64_t)sizeof(float), most = adj_max(1, g->tiles / (4 * patch_rows));
  sum_plan plan = {.parts = adj_max(1, adj_min(adj_min(near_sums / bytes, most_parts), most))};
  int64_t fitting = adj_max(1, near_sums / (bytes / g->channels * channel_grain));
  int64_t wanted = adj_ceil_div(adj_max(threads, 1), plan.parts), grains = g->channels / channel_grain;
  plan.runs = adj_min(adj_max(adj_ceil_div(grains, fitting), wanted), grains);
  plan.channels = adj_ceil_div(grains, plan.runs) * channel_grain;
  plan.runs = adj_ceil_div(g->channels, plan.channels);
  return plan;
}

int64_t adj_winograd_scratch(const adj_convolution *s, adj_winograd_role role, int threads) {
  patch_grid g = role == ADJ_WINOGRAD_INPUT_GRADIENT ? grid_of_upstream(s) : grid_of_images(s);
  widen_blocks(&g); // for either element type
  int64_t sums = role == ADJ_WINOGRAD_WEIGHT_GRADIENT ? plan_sums(&g, threads).parts : 1;
  return (threads * thread_elements(&g) + sums * weight_elements(&g)) * (int64_t)sizeof(float);
}

typedef struct {
  patch_grid grid;
  int element_bytes;  // of what is read and written: of float or bfloat16
  const void *images; // or the gradient of the results, for the images' gradient
  const void *weights;
  const void *upstream; // for the gradient of the weights
  void *out;
  int64_t in_step, out_step; // in `weights`, from one channel that is read to the next, and of one that is written
  int turned;                // whether the window is read from its end
  float *points_of_weights, *scratch;
  sum_plan sums;
} winograd_task;

/// Where a patch begins, in what is read and in what is written.
typedef struct {
  int64_t n, down, across; // the tile
  int64_t top, left, out_top, out_left;
} patch_place;

static inline void settle_place(const patch_grid *g, patch_place *p) {
  p->out_top = 2 * p->down, p->out_left = 2 * p->across;
  p->top = p->out_top - g->pad_top, p->left = p->out_left - g->pad_left;
}

static patch_place place_of(const patch_grid *g, int64_t tile) {
  int64_t rest = tile / g->tiles_across;
  patch_place p = {.n = rest / g->tiles_down, .down = rest % g->tiles_down, .across = tile % g->tiles_across};
  settle_place(g, &p);
  return p;
}

/// The next tile's: what comes one by one is not divided.
static inline void advance(const patch_grid *g, patch_place *p) {
  if (++p->across == g->tiles_across) {
    p->across = 0;
    if (++p->down == g->tiles_down) p->down = 0, p->n++;
  }
  settle_place(g, p);
}

static inline int is_inside(const patch_grid *g, const patch_place *p) {
  return p->top >= 0 && p->left >= 0 && p->top + 4 <= g->height && p->left + 4 <= g->width;
}

/// Memory that will be wanted while products run that need none.
typedef struct {
  const char *begin;
  int64_t lines; // of a cache
} coming;

enum { cache_line = 64 };

/// Of rows that have `line` bytes.
static coming rows_coming(const void *from, int64_t line, int64_t first, int64_t last) {
  return (coming){(const char *)from + first * line, adj_max(0, (last - first) * line / cache_line)};
}

/// What of the images is first read by the patches from `begin` on.
static coming patches_coming(const winograd_task *task, int64_t begin, int64_t count) {
  const patch_grid *g = &task->grid;
  if (count <= 0) return (coming){0, 0};
  patch_place first = place_of(g, begin), last = place_of(g, begin + count - 1);
  int64_t top = first.n * g->height + adj_max(0, first.top + 2), all = g->n * g->height;
  return rows_coming(task->images, g->width * g->channels * task->element_bytes, top,
                     adj_min(all, last.n * g->height + last.top + 4));
}

/// The results of some tiles: where they will be written, or their gradient.
static coming results_coming(const winograd_task *task, const void *results, int64_t begin, int64_t count) {
  const patch_grid *g = &task->grid;
  if (count <= 0) return (coming){0, 0};
  patch_place first = place_of(g, begin), last = place_of(g, begin + count - 1);
  int64_t line = g->out_width * g->outputs * task->element_bytes;
  return rows_coming(results, line, first.n * g->out_height + first.out_top,
                     last.n * g->out_height + adj_min(g->out_height, last.out_top + 2));
}

/// Asks for the share of one of all points.
static inline void fetch(coming c, int64_t point) {
  int64_t end = c.lines * (point + 1) / points;
  for (int64_t i = c.lines * point / points; i < end; i++) __builtin_prefetch(c.begin + i * cache_line, 0, 2);
}

static inline void fetch_to_write(coming c, int64_t point) {
  int64_t end = c.lines * (point + 1) / points;
  for (int64_t i = c.lines * point / points; i < end; i++) __builtin_prefetch(c.begin + i * cache_line, 1, 2);
}

static inline void put_weight(const winograd_task *task, int64_t at, float value) {
  if (task->element_bytes == sizeof value)
    ((float *)task->out)[at] = value;
  else
    ((uint16_t *)task->out)[at] = adj_rounded_to_bfloat16(value);
}

#define ELEMENT float
#define SUFFIX f32
#include "near_product.inc"
#define NEAR_ROW_STEPS NEAR_STEP(272) NEAR_STEP(528) NEAR_STEP(1040) NEAR_STEP(2064) // patches of 16 to 128 channels
#define TEMPLATE "winograd.inc"
#include "each_instruction_set.inc"
#undef TEMPLATE
#undef NEAR_ROW_STEPS
#undef SUFFIX
#undef ELEMENT

#include "winograd_bfloat16.inc"

static void run_task(adj_task transform, adj_task run, winograd_task *task, int threads) {
  adj_parallel(transform, task, threads);
  adj_parallel(run, task, threads);
}

static winograd_task forward_task(const adj_convolution *s, int element_bytes, const void *in, const void *weights,
                                  void *out, float *scratch) {
  winograd_task task = {.grid = grid_of_images(s), .element_bytes = element_bytes, .points_of_weights = scratch};
  task.images = in, task.weights = weights, task.out = out;
  if (element_bytes < (int)sizeof(float)) widen_blocks(&task.grid);
  task.in_step = 9, task.out_step = 9 * s->window.c;
  task.scratch = scratch + weight_elements(&task.grid);
  return task;
}

static winograd_task input_gradient_task(const adj_convolution *s, int element_bytes, const void *upstream,
                                         const void *weights, void *gradient, float *scratch) {
  winograd_task task = forward_task(s, element_bytes, upstream, weights, gradient, scratch);
  task.grid = grid_of_upstream(s);
  if (element_bytes < (int)sizeof(float)) widen_blocks(&task.grid);
  task.in_step = 9 * s->window.c, task.out_step = 9, task.turned = 1;
  return task;
}

static winograd_task weight_gradient_task(const adj_convolution *s, int element_bytes, const void *in,
                                          const void *upstream, void *gradient, float *scratch, int threads) {
  winograd_task task = forward_task(s, element_bytes, in, NULL, gradient, scratch);
  task.upstream = upstream;
  task.sums = plan_sums(&task.grid, threads);
  task.scratch = task.points_of_weights + task.sums.parts * weight_elements(&task.grid);
  return task;
}

void adj_winograd_forward(const adj_convolution *s, const float *in, const float *weights, float *out, void *scratch,
                          int threads) {
  winograd_task task = forward_task(s, sizeof(float), in, weights, out, scratch);
  run_task(CHOOSE(transform_weights_f32), CHOOSE(convolve_patches_f32), &task, threads);
}

void adj_winograd_input_gradient(const adj_convolution *s, const float *upstream, const float *weights,
                                 float *gradient, void *scratch, int threads) {
  winograd_task task = input_gradient_task(s, sizeof(float), upstream, weights, gradient, scratch);
  run_task(CHOOSE(transform_weights_f32), CHOOSE(convolve_patches_f32), &task, threads);
}

void adj_winograd_weight_gradient(const adj_convolution *s, const float *in, const float *upstream, float *gradient,
                                  void *scratch, int threads) {
  winograd_task task = weight_gradient_task(s, sizeof(float), in, upstream, gradient, scratch, threads);
  run_task(CHOOSE(sum_patches_f32), CHOOSE(gather_gradient_f32), &task, threads);
}

#if defined(__x86_64__)
int adj_winograd_serves_bfloat16(const adj_convolution *s) {
  return adj_has_avx512() && __builtin_cpu_supports("avx512bf16") && adj_winograd_serves(s);
}

void adj_winograd_forward_bfloat16(const adj_convolution *s, const uint16_t *in, const uint16_t *weights,
                                   uint16_t *out, void *scratch, int threads) {
  winograd_task task = forward_task(s, sizeof *in, in, weights, out, scratch);
  run_task(transform_half_weights, convolve_halves, &task, threads);
}

void adj_winograd_input_gradient_bfloat16(const adj_convolution *s, const uint16_t *upstream,
                                          const uint16_t *weights, uint16_t *gradient, void *scratch, int threads) {
  winograd_task task = input_gradient_task(s, sizeof *upstream, upstream, weights, gradient, scratch);
  run_task(transform_half_weights, convolve_halves, &task, threads);
}

void adj_winograd_weight_gradient_bfloat16(const adj_convolution *s, const uint16_t *in, const uint16_t *upstream,
                                           uint16_t *gradient, void *scratch, int threads) {
  winograd_task task = weight_gradient_task(s, sizeof *in, in, upstream, gradient, scratch, threads);
  run_task(sum_halves, gather_gradient_f32_avx512, &task, threads);
}
#else
int adj_winograd_serves_bfloat16(const adj_convolution *s) {
  (void)s;
  return 0;
}

void adj_winograd_forward_bfloat16(const adj_convolution *s, const uint16_t *in, const uint16_t *weights,
                                   uint16_t *out, void *scratch, int threads) {
  (void)s, (void)in, (void)weights, (void)out, (void)scratch, (void)threads;
}

void adj_winograd_input_gradient_bfloat16(const adj_convolution *s, const uint16_t *upstream,
                                          const uint16_t *weights, uint16_t *gradient, void *scratch, int threads) {
  (void)s, (void)upstream, (void)weights, (void)gradient, (void)scratch, (void)threads;
}

void adj_winograd_weight_gradient_bfloat16(const adj_convolution *s, const uint16_t *in, const uint16_t *upstream,
                                           uint16_t *gradient, void *scratch, int threads) {
  (void)s, (void)in, (void)upstream, (void)gradient, (void)scratch, (void)threads;
}
#endif
