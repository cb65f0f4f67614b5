#include "include/adjoint_pointwise.h"
#include "include/adjoint_threads.h"
#include "instruction_sets.h"
#include "pointwise_code.h"
#include "pointwise_numbers.h"
#include "pointwise_plan.h"
#include "pointwise_raw.h"
#include "pointwise_special.h"

#include <math.h>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

// A call of a program that is machine code.
typedef struct {
  const adj_program *program;
  const adj_pointwise_code *code;
  const void *const *in;
  void *const *out;
  int64_t count, tiles;
  uint64_t is_uniform, repeats; // bit k: input k; is the same for all elements, or all tiles
  const sum_plan *sums;
} code_work;

// --- the same kernels for each element type and instruction set

#if defined(__x86_64__)
#define HAS_X86 1
#define VECTOR_BYTES 64
#define ADJ_FUSED 1
#define ADJ_HALVES 1
#define ADJ_CODE 1
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,fma,avx2,f16c")))
#define CLASS_NAME(x, type) x##_##type##_avx512
#include "pointwise_types.h"
#define VECTOR_BYTES 32
#define ADJ_FUSED 1
#define ADJ_HALVES 1
#define ADJ_CODE 0
#define TARGET __attribute__((target("fma,avx2,f16c")))
#define CLASS_NAME(x, type) x##_##type##_avx2
#include "pointwise_types.h"
#endif
#define VECTOR_BYTES 16
#ifdef __ARM_FEATURE_FMA
#define ADJ_FUSED 1
#else
#define ADJ_FUSED 0
#endif
#define ADJ_HALVES 0
#define ADJ_CODE 0
#define TARGET
#define CLASS_NAME(x, type) x##_##type##_portable
#include "pointwise_types.h"

// --- the choice of instruction set

enum { ISA_PORTABLE, ISA_AVX2, ISA_AVX512 };

int adj_instruction_limit;

void adj_limit_instructions(int limit) { adj_instruction_limit = limit; }

#if HAS_X86
// Asked of the processor itself: not every compiler's list of features has F16C. Once, as the question is slow;
// racing threads get the same answer.
static int has_half_instructions(void) {
  enum { UNKNOWN, ABSENT, PRESENT };
  static int cached = UNKNOWN;
  int known = __atomic_load_n(&cached, __ATOMIC_RELAXED);
  if (known == UNKNOWN) {
    unsigned a, b, c, d;
    known = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) ? PRESENT : ABSENT;
    __atomic_store_n(&cached, known, __ATOMIC_RELAXED);
  }
  return known == PRESENT;
}
#endif

static int current_isa(void) {
#if HAS_X86
  if (adj_has_avx512()) return ISA_AVX512;
  if (adj_has_avx2() && has_half_instructions()) return ISA_AVX2;
#endif
  return ISA_PORTABLE;
}

const char *adj_pointwise_isa(void) {
  switch (current_isa()) {
    case ISA_AVX512: return "avx512";
    case ISA_AVX2: return "avx2";
    default: return "portable";
  }
}

typedef void (*run_function)(const pointwise_plan *plan, int64_t start, int64_t end, const sum_plan *sums,
                             const sum_piece *piece);

typedef struct {
  kernel_set set;
  run_function run;
} engine;

enum { CLASS_F32, CLASS_F64, CLASS_I64 };

#define ENGINE(bytes, vector, suffix) { { kernels_##suffix, convert_##suffix, bytes, vector }, run_##suffix }
#define ENGINES(vector, isa) { \
    [CLASS_F32] = ENGINE(4, vector, f32_##isa), [CLASS_F64] = ENGINE(8, vector, f64_##isa), \
    [CLASS_I64] = ENGINE(8, vector, i64_##isa) }

static const engine *engine_for(int class) {
  static const engine portable[] = ENGINES(16, portable);
#if HAS_X86
  static const engine avx2[] = ENGINES(32, avx2), avx512[] = ENGINES(64, avx512);
  int isa = current_isa();
  if (isa == ISA_AVX512) return &avx512[class];
  if (isa == ISA_AVX2) return &avx2[class];
#endif
  return &portable[class];
}

// --- entry points

typedef struct {
  const pointwise_plan *plan;
  run_function run;
  int64_t tiles;
  const sum_plan *sums;
} team_work;

// Tiles [tiles * part / parts, tiles * (part + 1) / parts).
static adj_range share_of_tiles(int64_t tiles, int64_t tile, int64_t count, int part, int parts) {
  return (adj_range){ tiles * part / parts * tile, adj_min(tiles * (part + 1) / parts * tile, count) };
}

static void run_share(void *context, int thread, int threads) {
  const team_work *work = context;
  adj_range share = share_of_tiles(work->tiles, work->plan->program->tile, work->plan->count, thread, threads);
  if (share.begin < share.end) work->run(work->plan, share.begin, share.end, NULL, NULL);
}

static void run_pieces(void *context, int thread, int threads) {
  const team_work *work = context;
  adj_range pieces = adj_share(work->sums->pieces, 1, thread, threads);
  for (int64_t index = pieces.begin; index < pieces.end; index++) {
    sum_piece piece = begin_piece(work->sums, index);
    work->run(work->plan, piece.begin, piece.end, work->sums, &piece);
  }
}

static void run_team(adj_task share, void *work, int threads) {
  if (threads <= 1) share(work, 0, 1);
  else adj_parallel(share, work, threads);
}

static void run_program(const engine *engine, const adj_program *program, const void *const *in, void *const *out,
                        int64_t count, int threads) {
  if (count <= 0) return;
  pointwise_plan plan;
  if (!make_plan(&plan, &engine->set, program, in, out, count)) abort(); // out of memory: no way to report it
  team_work work = { &plan, engine->run, (count + program->tile - 1) / program->tile, NULL };
  threads = (int)adj_min(threads, work.tiles);
  if (program->sum_count == 0) {
    run_team(run_share, &work, threads);
  } else {
    _Alignas(64) char near[NEAR_BYTES];
    sum_plan sums;
    if (!plan_sums(&sums, program, out, count, near)) abort();
    work.sums = &sums;
    run_team(run_pieces, &work, threads);
    finish_sums(&sums, engine->set.element_bytes == 8);
  }
  release_plan(&plan);
}

// --- the same as machine code

#if HAS_X86
adj_pointwise_code *adj_pointwise_compile_f32(const adj_program *program) {
  return current_isa() == ISA_AVX512 ? adj_compile_pointwise(program, 0, calls_f32_avx512) : NULL;
}

adj_pointwise_code *adj_pointwise_compile_f64(const adj_program *program) {
  return current_isa() == ISA_AVX512 ? adj_compile_pointwise(program, 1, calls_f64_avx512) : NULL;
}

#define CODE_SHARE(name, run) \
  static void name(void *context, int thread, int threads) { \
    const code_work *work = context; \
    adj_range share = share_of_tiles(work->tiles, work->program->tile, work->count, thread, threads); \
    if (share.begin < share.end) run(work, share.begin, share.end, NULL); \
  } \
  static void name##_pieces(void *context, int thread, int threads) { \
    const code_work *work = context; \
    adj_range pieces = adj_share(work->sums->pieces, 1, thread, threads); \
    for (int64_t index = pieces.begin; index < pieces.end; index++) { \
      sum_piece piece = begin_piece(work->sums, index); \
      run(work, piece.begin, piece.end, &piece); \
    } \
  }
CODE_SHARE(run_code_share_f32, run_code_f32_avx512)
CODE_SHARE(run_code_share_f64, run_code_f64_avx512)

static void run_code(adj_task share, adj_task pieces, const adj_program *program, const adj_pointwise_code *code,
                     const void *const *in, void *const *out, int64_t count, int is_double, int threads) {
  if (count <= 0) return;
  code_work work = { program, code, in, out, count, (count + program->tile - 1) / program->tile, 0, 0, NULL };
  for (int k = 0; k < program->input_count; k++) {
    work.is_uniform |= (uint64_t)is_splat(&program->inputs[k]) << k;
    work.repeats |= (uint64_t)repeats_by_tile(program, k) << k;
  }
  threads = (int)adj_min(threads, work.tiles);
  if (program->sum_count == 0) {
    run_team(share, &work, threads);
    return;
  }
  _Alignas(64) char near[NEAR_BYTES];
  sum_plan sums;
  if (!plan_sums(&sums, program, out, count, near)) abort(); // out of memory: no way to report it
  work.sums = &sums;
  run_team(pieces, &work, threads);
  finish_sums(&sums, is_double);
}
#define RUN_CODE(type, bytes) \
  if (code) { \
    run_code(run_code_share_##type, run_code_share_##type##_pieces, program, code, in, out, count, (bytes) == 8, threads); \
    return; \
  }
#else
adj_pointwise_code *adj_pointwise_compile_f32(const adj_program *program) { (void)program; return NULL; }
adj_pointwise_code *adj_pointwise_compile_f64(const adj_program *program) { (void)program; return NULL; }
#define RUN_CODE(type, bytes) (void)code;
#endif

void adj_pointwise_f32(const adj_program *program, const adj_pointwise_code *code, const void *const *in,
                       void *const *out, int64_t count, int threads) {
  RUN_CODE(f32, 4)
  run_program(engine_for(CLASS_F32), program, in, out, count, threads);
}

void adj_pointwise_f64(const adj_program *program, const adj_pointwise_code *code, const void *const *in,
                       void *const *out, int64_t count, int threads) {
  RUN_CODE(f64, 8)
  run_program(engine_for(CLASS_F64), program, in, out, count, threads);
}

void adj_pointwise_i64(const adj_program *program, const void *const *in, void *const *out, int64_t count,
                       int threads) {
  run_program(engine_for(CLASS_I64), program, in, out, count, threads);
}
