// Numbers for exponentials of vectors, see exponential_vectors.inc.
#pragma once
#include <math.h>
#include <string.h>

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
