// Micro-operations on int64; part of the template in pointwise_kernels.h. Everything wraps: sums are those of
// unsigned numbers, as C leaves signed ones undefined where they overflow. What needs fractions is not of integers.

#define VU NAME(naturals)
typedef UINT VU __attribute__((vector_size(VECTOR_BYTES)));

// x or −x: the latter where the mask, all ones or all zeros, is set.
INLINE V NAME(negated_where)(V mask, V x) { return (V)((VU)(x ^ mask) - (VU)mask); }

// Places from −63 to 63 shift, negative ones the other way; beyond them only zeros or copies of the sign are left.
INLINE V NAME(shifted)(V x, V places, V to_left) {
  VU size = (VU)NAME(negated_where)(places >> 63, places);
  V is_far = size > 63;
  VU amount = size & 63;
  V up = (V)((VU)x << amount) & ~is_far;
  V down = x >> NAME(blend)(is_far, NAME(splat)(63), (V)amount);
  return NAME(blend)(to_left ^ (places >> 63), up, down);
}

// By 0 everything is 0, and by −1 the least number stays itself: what the processor refuses to divide.
INLINE V NAME(quotient)(V x, V y) {
  V result;
  for (int k = 0; k < LANES; k++)
    result[k] = y[k] == 0 ? 0 : y[k] == -1 ? (INT)(0 - (UINT)x[k]) : x[k] / y[k];
  return result;
}
INLINE V NAME(rest)(V x, V y) {
  V result;
  for (int k = 0; k < LANES; k++) result[k] = y[k] == 0 || y[k] == -1 ? 0 : x[k] % y[k];
  return result;
}

UNARY(negate, (V)(0 - (VU)x))
UNARY(absolute, NAME(negated_where)(x >> 63, x))
BINARY(add, (V)((VU)x + (VU)y))
BINARY(subtract, (V)((VU)x - (VU)y))
BINARY(multiply, (V)((VU)x * (VU)y))
BINARY(divide, NAME(quotient)(x, y))
BINARY(truncating_remainder, NAME(rest)(x, y))
BINARY(copy_sign, NAME(negated_where)((x ^ y) >> 63, x))
BINARY(maximum, NAME(blend)(x > y, x, y))
BINARY(minimum, NAME(blend)(x < y, x, y))
BINARY(bit_and, x & y)
BINARY(bit_or, x | y)
BINARY(bit_xor, x ^ y)
BINARY(shift_left, NAME(shifted)(x, y, NAME(splat)(-1)))
BINARY(shift_right, NAME(shifted)(x, y, NAME(splat)(0)))
UNARY(to_int32, (V)((VU)x << 32) >> 32)
UNARY(to_int16, (V)((VU)x << 48) >> 48)
UNARY(to_int8, (V)((VU)x << 56) >> 56)
UNARY(to_uint8, x & 255)
TERNARY(multiply_add, (V)((VU)x * (VU)y + (VU)z))

static const micro_kernel NAME(kernels)[ADJ_MICRO_COUNT] = {
  [ADJ_COPY] = NAME(copy_tile), [ADJ_ADD] = NAME(add_tile), [ADJ_SUBTRACT] = NAME(subtract_tile),
  [ADJ_MULTIPLY] = NAME(multiply_tile), [ADJ_DIVIDE] = NAME(divide_tile), [ADJ_NEGATE] = NAME(negate_tile),
  [ADJ_MAXIMUM] = NAME(maximum_tile), [ADJ_MINIMUM] = NAME(minimum_tile), [ADJ_GREATER] = NAME(greater_tile),
  [ADJ_EQUAL] = NAME(equal_tile), [ADJ_SELECT] = NAME(select_tile), [ADJ_MULTIPLY_ADD] = NAME(multiply_add_tile),
  [ADJ_ABSOLUTE] = NAME(absolute_tile), [ADJ_FLOOR] = NAME(copy_tile), [ADJ_CEIL] = NAME(copy_tile),
  [ADJ_ROUND] = NAME(copy_tile), [ADJ_TRUNCATE] = NAME(copy_tile),
  [ADJ_TRUNCATING_REMAINDER] = NAME(truncating_remainder_tile), [ADJ_COPY_SIGN] = NAME(copy_sign_tile),
  [ADJ_BIT_AND] = NAME(bit_and_tile), [ADJ_BIT_OR] = NAME(bit_or_tile), [ADJ_BIT_XOR] = NAME(bit_xor_tile),
  [ADJ_SHIFT_LEFT] = NAME(shift_left_tile), [ADJ_SHIFT_RIGHT] = NAME(shift_right_tile),
  [ADJ_TO_INT32] = NAME(to_int32_tile), [ADJ_TO_INT16] = NAME(to_int16_tile), [ADJ_TO_INT8] = NAME(to_int8_tile),
  [ADJ_TO_UINT8] = NAME(to_uint8_tile),
};

#undef VU
