// Numbers from one type to another where C's own conversion is not what is meant. Private to pointwise.c.
#pragma once
#include "half_precision.h"

#include <math.h>

// Cut towards zero; what does not fit goes to the nearest end, and NaN to 0.
ADJ_HALF_INLINE int64_t adj_cut(double x) {
  if (x != x) return 0;
  if (x >= 0x1p63) return INT64_MAX;
  return x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}

// A float whose last bit tells whether something was cut off: rounding that to a half type gives what rounding
// the number itself gives.
ADJ_HALF_INLINE float adj_odd_float(double x) {
  float near = (float)x;
  uint32_t bits = adj_bits_of_float(near);
  uint32_t odd = (fabs((double)near) > fabs(x) ? bits - 1 : bits) | 1;
  return (double)near == x || x != x ? near : adj_float_of_bits(odd);
}

// The same of an integer: what a double does not hold is told by the last bit that it does hold.
ADJ_HALF_INLINE float adj_odd_float_of_integer(int64_t x) {
  int64_t high = x & ~(int64_t)0x7ff;
  int is_wide = x >= (int64_t)1 << 53 || x <= -((int64_t)1 << 53);
  return adj_odd_float((double)(is_wide && high != x ? high | 0x800 : x));
}
