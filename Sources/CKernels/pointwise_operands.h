// What the instructions read.
#pragma once
#include "include/adjoint_pointwise.h"

// Whether all elements are one.
static inline int is_splat(const adj_input *input) {
  return input->access == ADJ_SPLAT || (input->access == ADJ_STRIDED && input->rank == 0);
}

// What machine code for floats reads and writes as bfloat16: elements that follow each other; not what is summed.
static inline int is_read_as_halves(const adj_input *input) {
  return input->access == ADJ_CONTIGUOUS && input->stored == ADJ_STORED_BFLOAT16;
}

static inline int is_written_as_halves(const adj_program *program, int output) {
  if (program->outputs[output].stored != ADJ_STORED_BFLOAT16) return 0;
  for (int k = 0; k < program->sum_count; k++)
    if (program->sums[k].source == output) return 0;
  return 1;
}

static int operand_count(int op) {
  switch (op) {
    case ADJ_COPY: case ADJ_NEGATE: case ADJ_EXP: case ADJ_LOG: case ADJ_TANH: case ADJ_SIN: case ADJ_COS:
    case ADJ_SQRT: case ADJ_ABSOLUTE: case ADJ_FLOOR: case ADJ_CEIL: case ADJ_ROUND: case ADJ_TRUNCATE:
    case ADJ_EXPM1: case ADJ_LOG1P: case ADJ_ATAN: case ADJ_ERF: case ADJ_ERFINV: case ADJ_LGAMMA:
    case ADJ_TO_FLOAT16: case ADJ_TO_BFLOAT16:
    case ADJ_TO_INT32: case ADJ_TO_INT16: case ADJ_TO_INT8: case ADJ_TO_UINT8: return 1;
    case ADJ_SELECT: case ADJ_MULTIPLY_ADD: return 3;
    default: return 2;
  }
}
