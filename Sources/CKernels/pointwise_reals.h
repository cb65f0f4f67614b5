// Micro-operations on float or double; part of the template in pointwise_kernels.h.

#if ADJ_FUSED
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#include "pointwise_math.h"

// A NaN in either operand wins.
INLINE V NAME(larger)(V x, V y) { return NAME(blend)((x > y) | (x != x), x, y); }
INLINE V NAME(smaller)(V x, V y) { return NAME(blend)((x < y) | (x != x), x, y); }

#if ADJ_FLOAT
// A NaN stays one, quiet and with the bits that fit, as the processors' own instructions have it.
#if ADJ_HALVES
typedef _Float16 NAME(halves) __attribute__((vector_size(LANES * 2), aligned(2), may_alias));
INLINE V NAME(to_float16)(V x) { return __builtin_convertvector(__builtin_convertvector(x, NAME(halves)), V); }
#else
INLINE V NAME(to_float16)(V x) {
  VI size = (VI)x & 0x7fffffff;
  V normal = (V)((size + 0xfff + (size >> 13 & 1)) & ~0x1fff);
  V small = ((V)size + 0.5f) - 0.5f; // beside 1/2 the last bit of a float is worth the smallest float16
  V result = NAME(blend)(size < 0x38800000, small, normal);
  result = NAME(blend)(size >= 0x477ff000, NAME(splat)(__builtin_inff()), result);
  result = NAME(blend)(size > 0x7f800000, (V)((size | 0x400000) & ~0x1fff), result);
  return (V)((VI)result | ((VI)x & ~0x7fffffff));
}
#endif
INLINE V NAME(to_bfloat16)(V x) {
  VI size = (VI)x & 0x7fffffff;
  VI rounded = size + 0x7fff + (size >> 16 & 1);
  V result = NAME(blend)(size > 0x7f800000, (V)(size | 0x400000), (V)rounded);
  return (V)(((VI)result & ~0xffff) | ((VI)x & ~0x7fffffff));
}
UNARY(to_float16, NAME(to_float16)(x))
UNARY(to_bfloat16, NAME(to_bfloat16)(x))
#endif
UNARY(negate, -x)
UNARY(exp, NAME(exp)(x))
UNARY(log, NAME(log)(x))
UNARY(tanh, NAME(tanh)(x))
UNARY(sin, NAME(circle)(x, 0))
UNARY(cos, NAME(circle)(x, 1))
UNARY(sqrt, __builtin_elementwise_sqrt(x))
UNARY(absolute, __builtin_elementwise_abs(x))
UNARY(floor, __builtin_elementwise_floor(x))
UNARY(ceil, __builtin_elementwise_ceil(x))
UNARY(round, __builtin_elementwise_rint(x))
UNARY(truncate, __builtin_elementwise_trunc(x))
UNARY(expm1, NAME(expm1)(x))
UNARY(log1p, NAME(log1p)(x))
UNARY(atan, NAME(atan)(x))
UNARY(erf, NAME(erf)(x))
UNARY(erfinv, NAME(erfinv)(x))
UNARY(lgamma, NAME(lgamma)(x))
BINARY(polygamma, NAME(polygamma)(x, y))
BINARY(power, NAME(power)(x, y))
BINARY(truncating_remainder, NAME(truncating_remainder)(x, y))
BINARY(copy_sign, NAME(copy_sign)(x, y))
BINARY(add, x + y)
BINARY(subtract, x - y)
BINARY(multiply, x * y)
BINARY(divide, x / y)
BINARY(maximum, NAME(larger)(x, y))
BINARY(minimum, NAME(smaller)(x, y))
TERNARY(multiply_add, FMA(x, y, z))

static const micro_kernel NAME(kernels)[ADJ_MICRO_COUNT] = {
  [ADJ_COPY] = NAME(copy_tile), [ADJ_ADD] = NAME(add_tile), [ADJ_SUBTRACT] = NAME(subtract_tile),
  [ADJ_MULTIPLY] = NAME(multiply_tile), [ADJ_DIVIDE] = NAME(divide_tile), [ADJ_NEGATE] = NAME(negate_tile),
  [ADJ_EXP] = NAME(exp_tile), [ADJ_LOG] = NAME(log_tile), [ADJ_TANH] = NAME(tanh_tile),
  [ADJ_SIN] = NAME(sin_tile), [ADJ_COS] = NAME(cos_tile), [ADJ_SQRT] = NAME(sqrt_tile),
  [ADJ_MAXIMUM] = NAME(maximum_tile), [ADJ_MINIMUM] = NAME(minimum_tile), [ADJ_GREATER] = NAME(greater_tile),
  [ADJ_EQUAL] = NAME(equal_tile), [ADJ_SELECT] = NAME(select_tile), [ADJ_MULTIPLY_ADD] = NAME(multiply_add_tile),
  [ADJ_ABSOLUTE] = NAME(absolute_tile), [ADJ_FLOOR] = NAME(floor_tile), [ADJ_CEIL] = NAME(ceil_tile),
  [ADJ_ROUND] = NAME(round_tile), [ADJ_TRUNCATE] = NAME(truncate_tile), [ADJ_EXPM1] = NAME(expm1_tile),
  [ADJ_ERFINV] = NAME(erfinv_tile), [ADJ_LOG1P] = NAME(log1p_tile), [ADJ_ATAN] = NAME(atan_tile), [ADJ_ERF] = NAME(erf_tile),
  [ADJ_LGAMMA] = NAME(lgamma_tile), [ADJ_POLYGAMMA] = NAME(polygamma_tile), [ADJ_POWER] = NAME(power_tile),
  [ADJ_TRUNCATING_REMAINDER] = NAME(truncating_remainder_tile), [ADJ_COPY_SIGN] = NAME(copy_sign_tile),
#if ADJ_FLOAT
  [ADJ_TO_FLOAT16] = NAME(to_float16_tile), [ADJ_TO_BFLOAT16] = NAME(to_bfloat16_tile),
#endif
};
