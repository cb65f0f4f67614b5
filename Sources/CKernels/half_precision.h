// float16 and bfloat16 as bits, in plain C so that every instruction set gives the same and loops become vectors.
#pragma once
#include <stdint.h>
#include <string.h>

#define ADJ_HALF_INLINE static inline __attribute__((always_inline, unused))

ADJ_HALF_INLINE float adj_float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

ADJ_HALF_INLINE uint32_t adj_bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

// The number itself; NaN becomes quiet.
ADJ_HALF_INLINE float adj_from_float16(uint16_t half) {
  uint32_t size = half & 0x7fffu;
  uint32_t small = adj_bits_of_float((float)(int32_t)size * 0x1p-24f);
  uint32_t bits = size < 0x400 ? small : (size << 13) + 0x38000000u;
  bits |= size >= 0x7c00 ? 0x7f800000u : 0;
  bits |= size > 0x7c00 ? 0x400000u : 0;
  return adj_float_of_bits(bits | (uint32_t)(half & 0x8000u) << 16);
}

ADJ_HALF_INLINE float adj_from_bfloat16(uint16_t half) { return adj_float_of_bits((uint32_t)half << 16); }

// Of a value that float16 holds exactly, as every value that is stored has been rounded before.
ADJ_HALF_INLINE uint16_t adj_as_float16(float value) {
  uint32_t bits = adj_bits_of_float(value), size = bits & 0x7fffffffu;
  uint32_t small = (uint32_t)(int32_t)(adj_float_of_bits(size < 0x38800000u ? size : 0) * 0x1p24f);
  uint32_t half = size < 0x38800000u ? small : (size >> 13) - (112u << 10);
  half = size >= 0x7f800000u ? 0x7c00u | (size >> 13 & 0x3ffu) : half;
  return (uint16_t)(half | (bits >> 16 & 0x8000u));
}

// Of a value that bfloat16 holds exactly.
ADJ_HALF_INLINE uint16_t adj_as_bfloat16(float value) { return (uint16_t)(adj_bits_of_float(value) >> 16); }

// The nearest that bfloat16 holds, halves to even.
ADJ_HALF_INLINE uint16_t adj_rounded_to_bfloat16(float value) {
  uint32_t bits = adj_bits_of_float(value);
  return value != value ? 0x7fc0u : (uint16_t)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
