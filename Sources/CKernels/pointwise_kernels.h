// The template of the pointwise kernels, included once for every element type and instruction set with
//   REAL, INT, UINT  element type and integers of its size;  ADJ_DOUBLE  1 where REAL is double
//   VECTOR_BYTES     length of a vector;  TARGET  function attributes;  ADJ_FUSED  1 where fma is an instruction
//   ADJ_HALVES       1 where instructions convert float16
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
#if ADJ_FUSED
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

#include "pointwise_math.h"

// A NaN in either operand wins.
INLINE V NAME(larger)(V x, V y) { return NAME(blend)((x > y) | (x != x), x, y); }
INLINE V NAME(smaller)(V x, V y) { return NAME(blend)((x < y) | (x != x), x, y); }

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

#if !ADJ_DOUBLE
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
UNARY(copy, x)
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
BINARY(greater, NAME(truth)(x > y))
BINARY(equal, NAME(truth)(x == y))
TERNARY(select, NAME(blend)(x != NAME(splat)(0), y, z))
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
  [ADJ_LOG1P] = NAME(log1p_tile), [ADJ_ATAN] = NAME(atan_tile), [ADJ_ERF] = NAME(erf_tile),
  [ADJ_LGAMMA] = NAME(lgamma_tile), [ADJ_POLYGAMMA] = NAME(polygamma_tile), [ADJ_POWER] = NAME(power_tile),
  [ADJ_TRUNCATING_REMAINDER] = NAME(truncating_remainder_tile), [ADJ_COPY_SIGN] = NAME(copy_sign_tile),
#if !ADJ_DOUBLE
  [ADJ_TO_FLOAT16] = NAME(to_float16_tile), [ADJ_TO_BFLOAT16] = NAME(to_bfloat16_tile),
#endif
};

#define SOURCE REAL
#define READ(x) (x)
#define GATHER_NAME(x) NAME(x##_values)
#include "pointwise_gather.h"
#undef SOURCE
#undef READ
#undef GATHER_NAME
#define SOURCE uint8_t
#define READ(x) ((REAL)(x))
#define GATHER_NAME(x) NAME(x##_bytes)
#include "pointwise_gather.h"
#undef SOURCE
#undef READ
#undef GATHER_NAME
#if !ADJ_DOUBLE
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
#endif

// --- tiles

typedef struct {
  const pointwise_plan *plan;
  REAL *scratch;
  const void *pointer[LOCATION_COUNT]; // where each location is for the present tile; only those in use are set
} NAME(worker);

INLINE REAL *NAME(slot)(const NAME(worker) *worker, int reg) {
  return worker->scratch + (size_t)worker->plan->slot[reg] * TILE;
}

#if !ADJ_DOUBLE
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

static TARGET void NAME(convert)(REAL *slot, const void *in, int stored, int64_t start, int64_t n) {
  if (stored == ADJ_STORED_BYTES) NAME(copy_run_bytes)(slot, (const uint8_t *)in + start, 1, n);
#if !ADJ_DOUBLE
  else if (stored == ADJ_STORED_FLOAT16) NAME(read_float16)(slot, (const uint16_t *)in + start, n);
  else NAME(copy_run_bfloat16)(slot, (const uint16_t *)in + start, 1, n);
#endif
}

static TARGET void NAME(gather)(REAL *slot, const void *in, const adj_input *input, int64_t start, int64_t n) {
  if (input->stored == ADJ_STORED_COMPUTED) NAME(gather_values)(slot, in, input, start, n);
  else if (input->stored == ADJ_STORED_BYTES) NAME(gather_bytes)(slot, in, input, start, n);
#if !ADJ_DOUBLE
  else if (input->stored == ADJ_STORED_FLOAT16) NAME(gather_float16)(slot, in, input, start, n);
  else NAME(gather_bfloat16)(slot, in, input, start, n);
#endif
}

static TARGET void NAME(read_input)(NAME(worker) *worker, int reg, int64_t start, int64_t n, int whole) {
  const pointwise_plan *plan = worker->plan;
  const adj_input *input = &plan->program->inputs[reg];
  const REAL *values = plan->in[reg];
  REAL *slot = NAME(slot)(worker, reg);
  const void **pointer = &worker->pointer[LOCATION_INPUT + reg];
  switch (plan->mode[reg]) {
    case INPUT_UNIFORM: return;
    case INPUT_IN_PLACE:
      if (whole) {
        *pointer = values + start;
        return;
      }
      memcpy(slot, values + start, (size_t)n * sizeof(REAL)); // vectors would run past the end of the memory
      break;
    case INPUT_COPIED: memcpy(slot, values + start, (size_t)n * sizeof(REAL)); break;
    case INPUT_CONVERTED: NAME(convert)(slot, plan->in[reg], input->stored, start, n); break;
    default: NAME(gather)(slot, plan->in[reg], input, start, n);
  }
  *pointer = slot;
}

// `whole`: the tile is a whole number of vectors, so results may go straight to the output.
static TARGET void NAME(place_outputs)(NAME(worker) *worker, int64_t start, int whole) {
  const pointwise_plan *plan = worker->plan;
  for (int k = 0; k < plan->program->output_count && k < ADJ_MAX_REGISTERS; k++)
    if (plan->in_output >> k & 1)
      worker->pointer[LOCATION_OUTPUT + k] =
        whole ? (REAL *)plan->out[k] + start : NAME(slot)(worker, plan->program->outputs[k].reg);
}

static TARGET void NAME(write_output)(NAME(worker) *worker, int k, int64_t start, int64_t n, int whole) {
  const pointwise_plan *plan = worker->plan;
  if (whole && k < ADJ_MAX_REGISTERS && plan->in_output >> k & 1) return; // already there
  const adj_output *output = &plan->program->outputs[k];
  int location = plan->location[output->reg];
  const REAL *values = worker->pointer[location];
  ptrdiff_t step = is_uniform(location) ? 0 : 1;
#if !ADJ_DOUBLE
  if (output->stored == ADJ_STORED_FLOAT16 || output->stored == ADJ_STORED_BFLOAT16) {
    NAME(write_halves)((uint16_t *)plan->out[k] + start, values, step, n, output->stored == ADJ_STORED_FLOAT16);
    return;
  }
#endif
  if (output->stored == ADJ_STORED_BYTES) {
    uint8_t *bools = (uint8_t *)plan->out[k] + start;
    if (step) for (int64_t i = 0; i < n; i++) bools[i] = values[i] != 0;
    else memset(bools, values[0] != 0, (size_t)n);
  } else {
    NAME(copy_run_values)((REAL *)plan->out[k] + start, values, step, n);
  }
}

static TARGET void NAME(run_tile)(NAME(worker) *worker, int64_t start, int64_t n) {
  const pointwise_plan *plan = worker->plan;
  int64_t rounded = (n + LANES - 1) / LANES * LANES;
  int whole = rounded == n;
  for (int r = 0; r < plan->program->input_count; r++) NAME(read_input)(worker, r, start, n, whole);
  NAME(place_outputs)(worker, start, whole);
  const void *const *pointer = worker->pointer;
  for (const plan_step *step = plan->steps, *end = step + plan->step_count; step < end; step++)
    step->kernel((void *)pointer[step->dst], pointer[step->a], pointer[step->b], pointer[step->c], rounded,
                 step->moves);
  for (int k = 0; k < plan->program->output_count; k++) NAME(write_output)(worker, k, start, n, whole);
}

// Runs elements [start, end). Scratch memory is as small as the program allows, to stay in the nearest cache.
static TARGET void NAME(run)(const pointwise_plan *plan, int64_t start, int64_t end) {
  char raw[(size_t)plan->slot_count * TILE * sizeof(REAL) + 64];
  NAME(worker) worker;
  worker.plan = plan;
  worker.scratch = (REAL *)(((uintptr_t)raw + 63) / 64 * 64);
  for (int r = 0; r < plan->program->register_count; r++)
    worker.pointer[LOCATION_SCRATCH + r] = NAME(slot)(&worker, r);
  for (int u = 0; u < plan->uniform_count; u++) worker.pointer[LOCATION_UNIFORM + u] = plan->uniform[u];
  for (; start < end; start += TILE)
    NAME(run_tile)(&worker, start, end - start < TILE ? end - start : TILE);
}

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
#undef ADJ_DOUBLE
#undef NAME
