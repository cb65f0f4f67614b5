// A pointwise program as steps on numbered values: inputs, then results, then constants of the code itself. Private to
// pointwise_code.c.
#pragma once
#include "pointwise_code.h"
#include "pointwise_operands.h"
#include "x86_vectors.h"

enum { MAX_STEPS = 160, MAX_CONSTANTS = 6, MAX_VALUES = ADJ_MAX_REGISTERS + MAX_STEPS + MAX_CONSTANTS };
enum { VECTOR_REGISTERS = 32, NEVER = 1 << 20, NO_REGISTER = -1, VECTOR = 64 };
enum value_kind { VALUE_INPUT, VALUE_UNIFORM, VALUE_RESULT, VALUE_CONSTANT };
enum { CONSTANT_ONE, CONSTANT_ZERO, CONSTANT_SIGN, CONSTANT_SIZE, CONSTANT_BELOW_HALF, CONSTANT_QUIET };

typedef struct {
  enum value_kind kind;
  int reg;           // where it is now
  int in_frame;      // its place on the stack holds it
  int entry;         // of the table, for inputs
  int last_use;
} value;

typedef struct {
  int op, result;
  int operands[3], count;
  int is_uniform;
  int is_packed;     // rounded to bfloat16 for outputs alone, which find the bits in the lower halves
  int is_fused;      // a comparison that only decides a choice: part of that
  int reads[5], read_count; // the values it needs in registers, in the loop
} step;

typedef struct {
  assembler out;
  const adj_program *program;
  const vector_function *functions;
  value values[MAX_VALUES];
  step steps[MAX_STEPS];
  int outputs[ADJ_MAX_REGISTERS];
  int value_count, step_count, now;
  int holder[VECTOR_REGISTERS];      // the value in each register, or NO_REGISTER
  uint32_t locked;                   // registers that the present step needs
  struct { size_t place; int which; } fixes[4 * MAX_STEPS];
  int fix_count, too_large;
} compiler;

static int is_supported(const compiler *c, int op) {
  switch (op) {
    case ADJ_COPY: case ADJ_ADD: case ADJ_SUBTRACT: case ADJ_MULTIPLY: case ADJ_DIVIDE: case ADJ_NEGATE:
    case ADJ_SQRT: case ADJ_MAXIMUM: case ADJ_MINIMUM: case ADJ_GREATER: case ADJ_EQUAL: case ADJ_SELECT:
    case ADJ_MULTIPLY_ADD: case ADJ_ABSOLUTE: case ADJ_FLOOR: case ADJ_CEIL: case ADJ_ROUND: case ADJ_TRUNCATE:
    case ADJ_COPY_SIGN: return 1;
    default: return c->functions[op] != NULL;
  }
}

static int new_value(compiler *c, enum value_kind kind, int entry) {
  if (c->value_count == MAX_VALUES) {
    c->too_large = 1;
    return 0;
  }
  c->values[c->value_count] = (value){ kind, NO_REGISTER, 0, entry, -1 };
  return c->value_count++;
}

static int constant(const compiler *c, int which) { return c->value_count - MAX_CONSTANTS + which; }

static int is_uniform_value(const compiler *c, int v) {
  return c->values[v].kind == VALUE_UNIFORM || c->values[v].kind == VALUE_CONSTANT;
}

// The value that a new step gives.
static int new_step(compiler *c, int op, int count, const int *operands) {
  step *s = &c->steps[c->step_count++];
  *s = (step){ .op = op, .count = count, .is_uniform = 1 };
  for (int k = 0; k < count; k++) {
    s->operands[k] = operands[k];
    s->is_uniform &= is_uniform_value(c, operands[k]);
  }
  return s->result = new_value(c, s->is_uniform ? VALUE_UNIFORM : VALUE_RESULT, -1);
}

static int read_program(compiler *c) {
  const adj_program *program = c->program;
  int holds[ADJ_MAX_REGISTERS] = {0};
  if (program->instruction_count + program->output_count > MAX_STEPS) return 0;
  for (int k = 0; k < program->input_count; k++)
    holds[k] = new_value(c, is_splat(&program->inputs[k]) ? VALUE_UNIFORM : VALUE_INPUT, k);
  for (int i = 0; i < program->instruction_count; i++) {
    const adj_instruction *code = &program->instructions[i];
    if (!is_supported(c, code->op)) return 0;
    if (code->op == ADJ_COPY) { // what a cast to wider numbers is
      holds[code->dst] = holds[code->a];
      continue;
    }
    int operands[3] = { holds[code->a], holds[code->b], holds[code->c] };
    holds[code->dst] = new_step(c, code->op, operand_count(code->op), operands);
  }
  for (int k = 0; k < program->output_count; k++) {
    int v = c->outputs[k] = holds[program->outputs[k].reg];
    // An input that is itself a result is read before another output may overwrite it.
    if (c->values[v].kind == VALUE_INPUT) c->outputs[k] = new_step(c, ADJ_COPY, 1, &v);
  }
  for (int k = 0; k < MAX_CONSTANTS; k++) new_value(c, VALUE_CONSTANT, k);
  return !c->too_large;
}

// A comparison whose truth only one choice reads needs no vector of ones and zeros.
static void fuse_comparisons(compiler *c) {
  int uses[MAX_VALUES] = {0};
  for (int i = 0; i < c->step_count; i++)
    for (int k = 0; k < c->steps[i].count; k++) uses[c->steps[i].operands[k]]++;
  for (int k = 0; k < c->program->output_count; k++) uses[c->outputs[k]] += 2;
  for (int i = 0; i < c->step_count; i++) {
    step *choice = &c->steps[i];
    if (choice->op != ADJ_SELECT || choice->is_uniform || uses[choice->operands[0]] != 1) continue;
    for (int j = 0; j < i; j++) {
      step *test = &c->steps[j];
      if (test->result == choice->operands[0] && !test->is_uniform && (test->op == ADJ_GREATER || test->op == ADJ_EQUAL))
        test->is_fused = 1;
    }
  }
}

// What is rounded to bfloat16 and only written needs no floats of it.
static void pack_halves(compiler *c) {
  if (c->out.wide) return;
  for (int i = 0; i < c->step_count; i++) {
    step *s = &c->steps[i];
    int packs = s->op == ADJ_TO_BFLOAT16 && !s->is_uniform;
    for (int k = 0; k < c->program->output_count; k++)
      packs &= c->outputs[k] != s->result || is_written_as_halves(c->program, k);
    for (int j = i + 1; j < c->step_count && packs; j++)
      for (int k = 0; k < c->steps[j].count; k++) packs &= c->steps[j].operands[k] != s->result;
    s->is_packed = packs;
  }
}

static int is_packed_value(const compiler *c, int v) {
  for (int i = 0; i < c->step_count; i++)
    if (c->steps[i].result == v) return c->steps[i].is_packed;
  return 0;
}

static const step *fused_test(const compiler *c, const step *choice) {
  for (int i = 0; i < c->step_count; i++)
    if (c->steps[i].is_fused && c->steps[i].result == choice->operands[0]) return &c->steps[i];
  return NULL;
}
