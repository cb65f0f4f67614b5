// A pointwise program as machine code: every value of it in a register, one pass over memory. Private to pointwise.c.
#pragma once
#include "include/adjoint_pointwise.h"

#include <stddef.h>
#include <stdint.h>

// By adj_micro: functions of the vectors at `place` that leave their result in the first one's place, for what is more
// than a few instructions.
typedef void (*vector_function)(void *place);

// From byte `offset` to before `end` of everything in `table`: the inputs, then the outputs. Both are whole vectors.
typedef void (*compiled_loop)(const void *const *table, int64_t offset, int64_t end);

// Equal programs share it; the rest of it is code_memory.c's.
struct adj_pointwise_code {
  compiled_loop loop;
  size_t bytes;
  uint64_t hash;
  int64_t uses;
  struct adj_code_chunk *home;
  struct adj_pointwise_code *next;
};

// These bytes where they can be run, or null where the system forbids it.
adj_pointwise_code *adj_hold_code(const uint8_t *bytes, size_t count);

adj_pointwise_code *adj_compile_pointwise(const adj_program *program, int is_double, const vector_function *functions);
