// How elements come from memory and go there, in whatever type they lie; part of the template in pointwise_kernels.h.

#define SOURCE REAL
#define READ(x) (x)
#define GATHER_NAME(x) NAME(x##_values)
#include "pointwise_gather.h"
#undef SOURCE
#undef READ
#undef GATHER_NAME
#if !ADJ_INTEGER
#define SOURCE uint8_t
#define READ(x) ((REAL)(x))
#define GATHER_NAME(x) NAME(x##_bytes)
#include "pointwise_gather.h"
#undef SOURCE
#undef READ
#undef GATHER_NAME
#endif
#if ADJ_FLOAT
#define SOURCE uint16_t
#define READ(x) adj_from_float16(x)
#define GATHER_NAME(x) NAME(x##_float16)
#include "pointwise_gather.h"
#undef READ
#undef GATHER_NAME
#define READ(x) adj_from_bfloat16(x)
#define GATHER_NAME(x) NAME(x##_bfloat16)
#include "pointwise_gather.h"
#undef SOURCE
#undef READ
#undef GATHER_NAME

static TARGET void NAME(read_float16)(float *slot, const uint16_t *in, int64_t n) {
  int64_t i = 0;
#if ADJ_HALVES
  for (; i + LANES <= n; i += LANES)
    NAME(store)(slot + i, __builtin_convertvector(*(const NAME(halves) *)(in + i), V));
#endif
  for (; i < n; i++) slot[i] = adj_from_float16(in[i]);
}

// `step` is 0 where every value is the same.
static TARGET void NAME(write_halves)(uint16_t *out, const float *values, ptrdiff_t step, int64_t n, int is_float16) {
  int64_t i = 0;
  if (step == 0) {
    uint16_t half = is_float16 ? adj_as_float16(*values) : adj_as_bfloat16(*values);
    for (; i < n; i++) out[i] = half;
  } else if (is_float16) {
#if ADJ_HALVES
    for (; i + LANES <= n; i += LANES)
      *(NAME(halves) *)(out + i) = __builtin_convertvector(NAME(load)(values + i), NAME(halves));
#endif
    for (; i < n; i++) out[i] = adj_as_float16(values[i]);
  } else {
    for (; i < n; i++) out[i] = adj_as_bfloat16(values[i]);
  }
}
#endif

// A number with a fraction as REAL.
#if ADJ_INTEGER
#define OF_REAL(x) adj_cut((double)(x))
#else
#define OF_REAL(x) ((REAL)(x))
#endif
#define CONVERT_EACH(type, expression) \
  { \
    const type *in = base; \
    for (int64_t i = 0; i < n; i++) { \
      type x = in[i]; \
      slot[i] = expression; \
    } \
    return; \
  }

// `n` elements that follow each other, of a type other than REAL.
static TARGET void NAME(convert)(void *restrict dst, const void *restrict base, int stored, int64_t n) {
  REAL *restrict slot = dst;
  switch (stored) {
    case ADJ_STORED_BYTES: CONVERT_EACH(uint8_t, (REAL)x)
    case ADJ_STORED_INT8: CONVERT_EACH(int8_t, (REAL)x)
    case ADJ_STORED_INT16: CONVERT_EACH(int16_t, (REAL)x)
    case ADJ_STORED_INT32: CONVERT_EACH(int32_t, (REAL)x)
    case ADJ_STORED_INT64: CONVERT_EACH(int64_t, (REAL)x)
    case ADJ_STORED_BFLOAT16: CONVERT_EACH(uint16_t, OF_REAL(adj_from_bfloat16(x)))
    case ADJ_STORED_FLOAT32: CONVERT_EACH(float, OF_REAL(x))
    case ADJ_STORED_FLOAT64: CONVERT_EACH(double, OF_REAL(x))
#if ADJ_FLOAT
    case ADJ_STORED_FLOAT16: NAME(read_float16)(slot, base, n); return;
    case ADJ_STORED_INT32_ODD: CONVERT_EACH(int32_t, adj_odd_float_of_integer(x))
    case ADJ_STORED_INT64_ODD: CONVERT_EACH(int64_t, adj_odd_float_of_integer(x))
    case ADJ_STORED_FLOAT64_ODD: CONVERT_EACH(double, adj_odd_float(x))
#else
    case ADJ_STORED_FLOAT16: CONVERT_EACH(uint16_t, OF_REAL(adj_from_float16(x)))
#endif
    default: abort(); // no other type is given to a program of this class
  }
}

static TARGET void NAME(gather)(REAL *slot, const void *in, const adj_input *input, int64_t start, int64_t n) {
  switch (input->stored) {
    case ADJ_STORED_COMPUTED: NAME(gather_values)(slot, in, input, start, n); return;
#if !ADJ_INTEGER
    case ADJ_STORED_BYTES: NAME(gather_bytes)(slot, in, input, start, n); return;
#endif
#if ADJ_FLOAT
    case ADJ_STORED_FLOAT16: NAME(gather_float16)(slot, in, input, start, n); return;
    case ADJ_STORED_BFLOAT16: NAME(gather_bfloat16)(slot, in, input, start, n); return;
#endif
    default: break;
  }
  _Alignas(64) char raw[TILE * sizeof(int64_t)];
  gather_raw(raw, in, input, start, n);
  NAME(convert)(slot, raw, input->stored, n);
}

#define WRITE_EACH(type, expression) \
  { \
    type *to = (type *)out + start; \
    REAL x = values[0]; \
    if (step) for (int64_t i = 0; i < n; i++) x = values[i], to[i] = (type)(expression); \
    else for (int64_t i = 0; i < n; i++) to[i] = (type)(expression); \
    return; \
  }

// Elements from `start` on; `step` is 0 where every value is the same.
static TARGET void NAME(write)(void *out, int stored, const REAL *values, ptrdiff_t step, int64_t start,
                               int64_t n) {
  switch (stored) {
#if ADJ_INTEGER
    case ADJ_STORED_BYTES: case ADJ_STORED_INT8: WRITE_EACH(uint8_t, x) // a truth value is 0 or 1
    case ADJ_STORED_INT16: WRITE_EACH(int16_t, x)
    case ADJ_STORED_INT32: WRITE_EACH(int32_t, x)
#else
    case ADJ_STORED_BYTES: WRITE_EACH(uint8_t, x != 0)
#endif
#if ADJ_FLOAT
    case ADJ_STORED_FLOAT16: case ADJ_STORED_BFLOAT16:
      NAME(write_halves)((uint16_t *)out + start, values, step, n, stored == ADJ_STORED_FLOAT16);
      return;
#endif
    default: NAME(copy_run_values)((REAL *)out + start, values, step, n);
  }
}

#undef OF_REAL
#undef CONVERT_EACH
#undef WRITE_EACH
