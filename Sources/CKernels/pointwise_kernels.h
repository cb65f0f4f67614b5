// The template of the pointwise kernels, included once for every element type and instruction set with
//   REAL, INT, UINT  element type and integers of its size
//   ADJ_FLOAT, ADJ_DOUBLE, ADJ_INTEGER  1 where REAL is float, double or int64_t
//   VECTOR_BYTES     length of a vector;  TARGET  function attributes;  ADJ_FUSED  1 where fma is an instruction
//   ADJ_HALVES       1 where instructions convert float16;  ADJ_CODE  1 where programs become machine code
//   NAME(x)          x with a suffix of its own for this inclusion
// Every element goes through the same vector code, wherever it lies, so results do not depend on its position.

#define LANES ((int)(VECTOR_BYTES / sizeof(REAL)))
#define TILE TILE_LENGTH(sizeof(REAL))
#define INLINE static inline __attribute__((always_inline)) TARGET
#define V NAME(vector)
#define VI NAME(integers)
typedef REAL V __attribute__((vector_size(VECTOR_BYTES)));
typedef INT VI __attribute__((vector_size(VECTOR_BYTES)));
typedef REAL NAME(unaligned) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));

INLINE V NAME(load)(const REAL *p) { return *(const NAME(unaligned) *)p; }
INLINE void NAME(store)(REAL *p, V x) { *(NAME(unaligned) *)p = x; }
INLINE V NAME(splat)(REAL x) { return (V){0} + x; }
INLINE V NAME(blend)(VI mask, V yes, V no) { return (V)((mask & (VI)yes) | (~mask & (VI)no)); }
INLINE V NAME(truth)(VI mask) { return (V)(mask & (VI)NAME(splat)(1)); }

// A uniform operand is one vector that is read over and over: its pointer does not advance.
#define TILE_ARGUMENTS void *dst, const void *a, const void *b, const void *c, int64_t n, unsigned moves
#define UNARY(name, expression) \
  static TARGET void NAME(name##_tile)(TILE_ARGUMENTS) { \
    (void)b, (void)c; \
    const REAL *pa = a; \
    ptrdiff_t step_a = moves & 1 ? LANES : 0; \
    for (int64_t i = 0; i < n; i += LANES, pa += step_a) { \
      V x = NAME(load)(pa); \
      NAME(store)((REAL *)dst + i, expression); \
    } \
  }
#define BINARY(name, expression) \
  static TARGET void NAME(name##_tile)(TILE_ARGUMENTS) { \
    (void)c; \
    const REAL *pa = a, *pb = b; \
    ptrdiff_t step_a = moves & 1 ? LANES : 0, step_b = moves & 2 ? LANES : 0; \
    for (int64_t i = 0; i < n; i += LANES, pa += step_a, pb += step_b) { \
      V x = NAME(load)(pa), y = NAME(load)(pb); \
      NAME(store)((REAL *)dst + i, expression); \
    } \
  }
#define TERNARY(name, expression) \
  static TARGET void NAME(name##_tile)(TILE_ARGUMENTS) { \
    const REAL *pa = a, *pb = b, *pc = c; \
    ptrdiff_t step_a = moves & 1 ? LANES : 0, step_b = moves & 2 ? LANES : 0, step_c = moves & 4 ? LANES : 0; \
    for (int64_t i = 0; i < n; i += LANES, pa += step_a, pb += step_b, pc += step_c) { \
      V x = NAME(load)(pa), y = NAME(load)(pb), z = NAME(load)(pc); \
      NAME(store)((REAL *)dst + i, expression); \
    } \
  }

UNARY(copy, x)
BINARY(greater, NAME(truth)(x > y))
BINARY(equal, NAME(truth)(x == y))
TERNARY(select, NAME(blend)(x != NAME(splat)(0), y, z))

#if ADJ_INTEGER
#include "pointwise_integers.h"
#else
#include "pointwise_reals.h"
#endif
#include "pointwise_memory.h"
#if !ADJ_INTEGER
#include "pointwise_sums.h"
#endif
#include "pointwise_tiles.h"
#if ADJ_CODE && !ADJ_INTEGER
#include "pointwise_code_tiles.h"
#endif

#undef LANES
#undef TILE
#undef INLINE
#undef V
#undef VI
#undef FMA
#undef TILE_ARGUMENTS
#undef UNARY
#undef BINARY
#undef TERNARY
#undef REAL
#undef INT
#undef UINT
#undef ADJ_FLOAT
#undef ADJ_DOUBLE
#undef ADJ_INTEGER
#undef NAME
