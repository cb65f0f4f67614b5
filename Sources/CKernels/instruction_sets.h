// One source, several instruction sets: a template is compiled once per set and chosen at run time, because
// the package manager compiles the whole library for the oldest processor it supports.
#pragma once
#include <stdint.h>

#define ADJ_JOIN2_(a, b) a##_##b
#define ADJ_JOIN2(a, b) ADJ_JOIN2_(a, b)
#define ADJ_JOIN3_(a, b, c) a##_##b##_##c
#define ADJ_JOIN3(a, b, c) ADJ_JOIN3_(a, b, c)
#define ADJ_TEXT_(x) #x
#define ADJ_TEXT(x) ADJ_TEXT_(x)

// Within a template: NAMED(f) is the function of this element type and instruction set, TYPED(f) of this type.
#define NAMED(name) ADJ_JOIN3(name, SUFFIX, ISA)
#define TYPED(name) ADJ_JOIN2(name, SUFFIX)

// Before a loop over registers: clang would keep some of them in memory otherwise.
#define ADJ_UNROLLED _Pragma("clang loop unroll(full)")

#define ADJ_INLINE static inline __attribute__((always_inline, unused))

// For tests: 0 lets the best instruction set serve, 1 goes up to AVX2, 2 is portable only.
extern int adj_instruction_limit;

#if defined(__x86_64__)
// CHOOSE(f): the variant of f (already carrying its type) for the best set of this processor.
static inline int adj_has_avx512(void) {
  return adj_instruction_limit == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}
static inline int adj_has_avx2(void) {
  return adj_instruction_limit < 2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
#define CHOOSE(f) \
  (adj_has_avx512() ? ADJ_JOIN2(f, avx512) : adj_has_avx2() ? ADJ_JOIN2(f, avx2) : ADJ_JOIN2(f, portable))
#else
#define CHOOSE(f) ADJ_JOIN2(f, portable)
#endif
