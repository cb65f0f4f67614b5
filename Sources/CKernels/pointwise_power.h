// Powers and remainders over one vector; part of the template in pointwise_math.h. Lanes with rare operands go
// through the C library.

INLINE V NAME(lanes_of)(VI lanes, V result, V x, V y, REAL (*function)(REAL, REAL)) {
  if (__builtin_expect(__builtin_reduce_or(lanes) == 0, 1)) return result;
  for (int k = 0; k < LANES; k++)
    if (lanes[k]) result[k] = function(x[k], y[k]);
  return result;
}

#if ADJ_DOUBLE
INLINE V NAME(power)(V x, V y) { return NAME(lanes_of)((VI){0} == 0, x, x, y, pow); }
#else
typedef double NAME(wide) __attribute__((ext_vector_type(LANES)));
typedef int64_t NAME(wide_bits) __attribute__((ext_vector_type(LANES)));

// In place: log2 x for positive normal x, to 2^-38 of itself: x = 2^n (1 + f), log(1 + f) = 2 artanh(f / (f + 2)).
INLINE void NAME(wide_log2)(NAME(wide) *number) {
  NAME(wide) x = *number;
  NAME(wide_bits) bits = (NAME(wide_bits))x, least = (NAME(wide_bits))((NAME(wide))(0.70710678118654752440));
  NAME(wide_bits) exponent = (bits - least) >> 52;
  NAME(wide) f = (NAME(wide))(bits - (exponent << 52)) - 1;
  NAME(wide) rounder = (NAME(wide))(0x1.8p52);
  NAME(wide) n = (NAME(wide))((NAME(wide_bits))rounder + exponent) - rounder;
  NAME(wide) s = f / (f + 2), z = s * s;
  NAME(wide) sum = z * (2.0 / 13) + 2.0 / 11;
  sum = sum * z + 2.0 / 9;
  sum = sum * z + 2.0 / 7;
  sum = sum * z + 2.0 / 5;
  sum = sum * z + 2.0 / 3;
  sum = sum * z + 2.0;
  *number = n + s * sum * 1.4426950408889634074;
}

// In place: 2^t to 2^-36, for t between -1000 and 1000.
INLINE void NAME(wide_exp2)(NAME(wide) *number) {
  NAME(wide) t = *number, rounder = (NAME(wide))(0x1.8p52), shifted = t + rounder;
  NAME(wide) r = (t - (shifted - rounder)) * 0.69314718055994530942;
  NAME(wide_bits) exponent = (NAME(wide_bits))shifted - (NAME(wide_bits))rounder;
  NAME(wide) sum = r * (1.0 / 362880) + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  *number = (NAME(wide))((NAME(wide_bits))sum + (exponent << 52));
}

// |x|^y by way of doubles, so that the rounding to float is nearly all of the error: below 0.51 units in the last
// place. A negative x has the sign of an odd y and no power where y is no integer. Zeros, infinities, NaN and huge
// exponents are rare.
INLINE V NAME(power)(V x, V y) {
  const REAL infinity = (REAL)__builtin_inf();
  V size = (V)((VI)x & ~SIGN_BIT), exponent = (V)((VI)y & ~SIGN_BIT), rounder = NAME(splat)(ROUNDER);
  VI rare = ~((size > NAME(splat)(0)) & (size < NAME(splat)(infinity)) & (exponent < NAME(splat)(0x1p22f)));
  V shifted = y + rounder;
  VI is_negative = x < NAME(splat)(0), is_fraction = (shifted - rounder) != y;
  VI sign = is_negative & ((VI)shifted << 31);
  NAME(wide) t = __builtin_convertvector(size, NAME(wide));
  NAME(wide_log2)(&t);
  t *= __builtin_convertvector(y, NAME(wide));
  NAME(wide) top = (NAME(wide))(300.0);
  t = t > top ? top : t;
  t = t < -top ? -top : t;
  NAME(wide_exp2)(&t);
  V result = (V)((VI)__builtin_convertvector(t, V) | sign);
  result = NAME(blend)(is_negative & is_fraction, NAME(splat)((REAL)__builtin_nan("")), result);
  return NAME(lanes_of)(rare, result, x, y, powf);
}
#endif

// x - n y for the integer n nearest to x / y, moved to the side of x. With fused multiply-add it is exact as long as
// n is: a larger quotient, or an operand that is 0 or not finite, is rare.
INLINE V NAME(truncating_remainder)(V x, V y) {
#if ADJ_FUSED
  V size = (V)((VI)x & ~SIGN_BIT), divisor = (V)((VI)y & ~SIGN_BIT), rounder = NAME(splat)(ROUNDER);
  V quotient = size / divisor;
  VI rare = ~((quotient < NAME(splat)((REAL)((INT)1 << (MANTISSA_BITS - 2)))) & (divisor > NAME(splat)(0)) &
              (divisor < NAME(splat)((REAL)__builtin_inf())));
  V n = (quotient + rounder) - rounder;
  V rest = FMA(-n, divisor, size);
  rest = NAME(blend)(rest < NAME(splat)(0), rest + divisor, rest);
  return NAME(lanes_of)(rare, NAME(copy_sign)(rest, x), x, y, LIBM(fmod));
#else
  return NAME(lanes_of)((VI){0} == 0, x, x, y, LIBM(fmod));
#endif
}
