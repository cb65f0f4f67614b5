// Bytecode over tiles: any group of pointwise operations in one pass over memory.
#pragma once
#include <stdint.h>

/// Micro-operations. Booleans inside a program are 0 and 1 in the compute type.
enum adj_micro {
  ADJ_COPY, ADJ_ADD, ADJ_SUBTRACT, ADJ_MULTIPLY, ADJ_DIVIDE, ADJ_NEGATE,
  ADJ_EXP, ADJ_LOG, ADJ_TANH, ADJ_SIN, ADJ_COS, ADJ_SQRT,
  ADJ_MAXIMUM, ADJ_MINIMUM, ADJ_GREATER, ADJ_EQUAL,
  ADJ_SELECT,    // a != 0 ? b : c
  ADJ_MULTIPLY_ADD, // a * b + c
  ADJ_ABSOLUTE, ADJ_FLOOR, ADJ_CEIL,
  ADJ_ROUND,     // halves to even
  ADJ_TRUNCATE, ADJ_EXPM1, ADJ_LOG1P, ADJ_ATAN, ADJ_ERF, ADJ_LGAMMA,
  ADJ_POLYGAMMA, // the a-th derivative of digamma at b
  ADJ_POWER,
  ADJ_TRUNCATING_REMAINDER,
  ADJ_COPY_SIGN, // |a| with the sign of b
  ADJ_TO_FLOAT16, ADJ_TO_BFLOAT16, // rounded to what these hold, halves to even; in float only
  // In int64 only. Shifts by negative places go the other way; beyond 63 they leave zeros or copies of the sign.
  ADJ_BIT_AND, ADJ_BIT_OR, ADJ_BIT_XOR, ADJ_SHIFT_LEFT, ADJ_SHIFT_RIGHT,
  ADJ_TO_INT32, ADJ_TO_INT16, ADJ_TO_INT8, ADJ_TO_UINT8, // wrapped to what these hold
  ADJ_ERFINV,
  ADJ_MICRO_COUNT
};

#define ADJ_TILE 512
#define ADJ_MAX_REGISTERS 64

/// dst = op(a, b, c), all register numbers. Registers 0..<inputs are the inputs; the rest are temporaries.
typedef struct { uint8_t op, dst, a, b, c; } adj_instruction;

enum adj_access {
  ADJ_CONTIGUOUS, // element i is base[i]
  ADJ_SPLAT,      // every element is base[0]
  ADJ_STRIDED     // element i found by unravelling i over sizes and strides (0 strides broadcast)
};

/// How elements lie in memory.
enum adj_stored {
  ADJ_STORED_COMPUTED, // in the type that the program computes in
  ADJ_STORED_BYTES,    // from 0 to 255; float and double are written as truth values, 0 and 1
  ADJ_STORED_FLOAT16, ADJ_STORED_BFLOAT16, // written by programs in float only; the values are rounded already
  ADJ_STORED_INT8, ADJ_STORED_INT16, ADJ_STORED_INT32, // written by programs in int64 only, by their lowest bits
  // Only read: fractions are cut to int64 as a cast does, everything else goes to the nearest number.
  ADJ_STORED_INT64, ADJ_STORED_FLOAT32, ADJ_STORED_FLOAT64,
  // Only read, by programs in float: rounded so that one more rounding, to a half type, gives what a single one would.
  ADJ_STORED_INT32_ODD, ADJ_STORED_INT64_ODD, ADJ_STORED_FLOAT64_ODD,
  ADJ_STORED_NOWHERE   // of an output: only summed
};

/// How one input of a group is read. `sizes`/`strides` (in elements, outermost first, already collapsed
/// by the caller) describe the group's whole iteration space and matter for ADJ_STRIDED only.
typedef struct {
  int32_t access;
  int32_t stored;    // enum adj_stored
  int32_t rank;
  int64_t sizes[8], strides[8];
} adj_input;

typedef struct {
  int32_t reg;       // the register that holds the result
  int32_t stored;    // enum adj_stored
} adj_output;

/// A sum over what a program computes, seen as rows of `length` elements: of each column (`length` results) or of each
/// row. It goes to the pointer that follows the outputs'. Runs within a tile are added as they are, the rest in double.
/// In which order follows from its length and the number of elements, whatever else the program computes: all sums of a
/// program have one `adj_tile_of_sum`.
typedef struct {
  int32_t source;    // the number of an output; or -1 - the number of a contiguous input that is stored as computed
  int32_t by_columns;
  int64_t length;
} adj_sum;

typedef struct {
  int32_t input_count, output_count, instruction_count, register_count, sum_count;
  const adj_input *inputs;
  const adj_output *outputs;
  const adj_instruction *instructions;
  const adj_sum *sums;
  int64_t tile;      // elements of a tile: adj_tile_of
} adj_program;

/// Whole vectors, and where they fit whole rows of what is summed, or else of what is repeated.
int64_t adj_tile_of(const adj_program *program, int element_bytes);
/// Of a program that takes a sum of this length.
int64_t adj_tile_of_sum(int64_t length, int element_bytes);

/// A program as machine code, made once for the processor that it runs on.
typedef struct adj_pointwise_code adj_pointwise_code;

/// NULL where there is none for this processor or program; tiles then serve, with the same results to the last bit.
adj_pointwise_code *adj_pointwise_compile_f32(const adj_program *program);
adj_pointwise_code *adj_pointwise_compile_f64(const adj_program *program);
void adj_pointwise_code_free(adj_pointwise_code *code);

/// Runs a program over elements [0, count) of a dense iteration space. `in[k]` and `out[k]` are base
/// pointers, those of the sums after those of the outputs; an output may be the very buffer of a CONTIGUOUS input (in-place): every tile of inputs
/// is then fully read before that tile of the output is written. Splits over `threads` threads in fixed,
/// tile-aligned chunks. Results never depend on the number of threads. `code` may be NULL.
void adj_pointwise_f32(const adj_program *program, const adj_pointwise_code *code, const void *const *in,
                       void *const *out, int64_t count, int threads);
void adj_pointwise_f64(const adj_program *program, const adj_pointwise_code *code, const void *const *in,
                       void *const *out, int64_t count, int threads);
void adj_pointwise_i64(const adj_program *program, const void *const *in, void *const *out, int64_t count, int threads);

/// "avx512", "avx2" or "portable": which kernels this processor gets.
const char *adj_pointwise_isa(void);

/// For tests: all kernels go without AVX-512 (1), or without any set that the processor may lack (2); 0 lets the
/// best one serve. Not while kernels run.
void adj_limit_instructions(int limit);
