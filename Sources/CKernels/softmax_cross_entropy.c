// The mean cross-entropy of softmax(logits) against class indices, and its gradient. Each row is shifted by
// its maximum, so no exponential overflows. Rows are worked on in chunks fixed by the shape; the losses of
// the chunks are added in their order.
#include "adjoint_kernels.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"
#include <math.h>
#include <string.h>

enum {
  most_chunks = 256,
  least_rows = 64,             // rows of one chunk
  parallel_logits = 1 << 14,
};

static int64_t rows_per_chunk(int64_t rows) { return adj_max(least_rows, adj_ceil_div(rows, most_chunks)); }

static int64_t first_bad_target(int64_t rows, int64_t classes, const int64_t *targets) {
  for (int64_t r = 0; r < rows; r++)
    if ((uint64_t)targets[r] >= (uint64_t)classes) return r;
  return -1;
}

// exp(r) for |r| <= log(2) / 2 by its Taylor polynomial, to the last digit of each type.
#define EXPONENTIAL_POLYNOMIAL_f32(r) \
  (1 + r * (1 + r * (1 / 2.0f + r * (1 / 6.0f + r * (1 / 24.0f + r * (1 / 120.0f + r * (1 / 720.0f + r * (1 / 5040.0f))))))))
#define EXPONENTIAL_POLYNOMIAL_f64(r) \
  (1 + r * (1 + r * (1 / 2.0 + r * (1 / 6.0 + r * (1 / 24.0 + r * (1 / 120.0 + r * (1 / 720.0 + r * (1 / 5040.0 \
   + r * (1 / 40320.0 + r * (1 / 362880.0 + r * (1 / 3628800.0 + r * (1 / 39916800.0 + r * (1 / 479001600.0 \
   + r * (1 / 6227020800.0))))))))))))))

// Adding `round` leaves an integer in the low bits of the sum; log(2) is split so that n * high is exact.
typedef struct { float least, round, log2_high, log2_low; } exponential_f32;
typedef struct { double least, round, log2_high, log2_low; } exponential_f64;
static const exponential_f32 exponential_constants_f32 = {-87.3f, 0x1.8p23f, 0x1.62ep-1f, 0x1.0bfbe8p-15f};
static const exponential_f64 exponential_constants_f64 = {-708.3, 0x1.8p52, 0x1.62e42fefap-1, 0x1.cf79abc9e3b3ap-40};
enum { exponent_bias_f32 = 127, exponent_shift_f32 = 23, exponent_bias_f64 = 1023, exponent_shift_f64 = 52 };

#define ELEMENT_TEMPLATE "softmax_cross_entropy.inc"
#include "each_element.inc"
