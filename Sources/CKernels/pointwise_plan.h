// What a pointwise call decides once, before any tile runs: where every register lives and which instructions
// write straight to the output. Private to pointwise.c.
#pragma once
#include "include/adjoint_pointwise.h"
#include "pointwise_operands.h"
#include "pointwise_sums_plan.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define UNIFORM_LIMIT 96  // vectors of one repeated value: splat inputs and what is computed from them alone
// Elements a tile: a register is a page of memory for either type. Shorter tiles of floats measured slower.
#define TILE_LENGTH(element_bytes) ((int64_t)(ADJ_TILE * 8 / (element_bytes)))
#define INLINE_STEPS 64   // longer programs take their steps from the heap

// A location is where a value lives. Locations of one register follow each other in time, never overlap.
enum {
  LOCATION_INPUT = 0,                                       // value of input register r, as given
  LOCATION_SCRATCH = LOCATION_INPUT + ADJ_MAX_REGISTERS,    // register r in scratch memory
  LOCATION_OUTPUT = LOCATION_SCRATCH + ADJ_MAX_REGISTERS,   // output k in the caller's memory
  LOCATION_UNIFORM = LOCATION_OUTPUT + ADJ_MAX_REGISTERS,
  LOCATION_COUNT = LOCATION_UNIFORM + UNIFORM_LIMIT
};

// How a tile of an input comes about.
// A periodic one is the same for all tiles.
enum input_mode { INPUT_IN_PLACE, INPUT_COPIED, INPUT_CONVERTED, INPUT_GATHERED, INPUT_PERIODIC, INPUT_UNIFORM };

// `n` is a multiple of the vector length; bit k of `moves` says that operand k advances (it is not uniform).
typedef void (*micro_kernel)(void *dst, const void *a, const void *b, const void *c, int64_t n, unsigned moves);

typedef struct {
  micro_kernel kernel;
  uint16_t dst, a, b, c;
  unsigned moves;
} plan_step;

typedef struct {
  const micro_kernel *kernels;   // by adj_micro
  void (*convert)(void *dst, const void *base, int stored, int64_t n);
  int element_bytes, vector_bytes;
} kernel_set;

typedef struct {
  const adj_program *program;
  const void *const *in;
  void *const *out;
  int64_t count;
  int slot_count, step_count, uniform_count;
  uint64_t rewritten;                     // bit r: an instruction has overwritten input register r
  uint8_t mode[ADJ_MAX_REGISTERS];        // enum input_mode
  uint8_t slot[ADJ_MAX_REGISTERS];        // scratch slot by register
  uint16_t location[ADJ_MAX_REGISTERS];   // of each register's value; after planning, its last value
  int last_write[ADJ_MAX_REGISTERS];      // instruction index by register, -1 for none
  int last_input_read[ADJ_MAX_REGISTERS]; // the last instruction that reads the input as given
  uint8_t written_by[ADJ_MAX_REGISTERS];  // 1 + the output that register's last write goes straight to, or 0
  uint64_t in_output;                     // bit k: output k is written by an instruction
  plan_step *steps, inline_steps[INLINE_STEPS];
  _Alignas(64) char uniform[UNIFORM_LIMIT][64];
} pointwise_plan;

// Of every type but the one that the program computes in.
static int64_t stored_bytes(int stored) {
  switch (stored) {
    case ADJ_STORED_BYTES: case ADJ_STORED_INT8: return 1;
    case ADJ_STORED_FLOAT16: case ADJ_STORED_BFLOAT16: case ADJ_STORED_INT16: return 2;
    case ADJ_STORED_FLOAT32: case ADJ_STORED_INT32: case ADJ_STORED_INT32_ODD: return 4;
    default: return 8;
  }
}

static void fill_uniform(char *vector, const void *base, int stored, const kernel_set *set) {
  int bytes = set->element_bytes;
  _Alignas(8) char value[8];
  if (stored == ADJ_STORED_COMPUTED) memcpy(value, base, (size_t)bytes);
  else set->convert(value, base, stored, 1);
  if (bytes == 4) for (int k = 0; k < 16; k++) memcpy(vector + 4 * k, value, 4);
  else for (int k = 0; k < 8; k++) memcpy(vector + 8 * k, value, 8);
}

static void note_read(pointwise_plan *plan, int reg, int when) {
  if (reg < plan->program->input_count && !(plan->rewritten >> reg & 1)) plan->last_input_read[reg] = when;
}

static void find_lifetimes(pointwise_plan *plan) {
  const adj_program *program = plan->program;
  for (int r = 0; r < program->register_count; r++) plan->last_write[r] = plan->last_input_read[r] = -1;
  for (int i = 0; i < program->instruction_count; i++) {
    const adj_instruction *instruction = &program->instructions[i];
    int operands = operand_count(instruction->op);
    note_read(plan, instruction->a, i);
    if (operands > 1) note_read(plan, instruction->b, i);
    if (operands > 2) note_read(plan, instruction->c, i);
    plan->rewritten |= (uint64_t)1 << instruction->dst;
    plan->last_write[instruction->dst] = i;
  }
  for (int k = 0; k < program->output_count; k++) note_read(plan, program->outputs[k].reg, program->instruction_count);
}

// An input that is itself a result must be saved before some output overwrites its buffer.
static int needs_copy(const pointwise_plan *plan, int input) {
  if (plan->last_input_read[input] < plan->program->instruction_count) return 0;
  for (int k = 0; k < plan->program->output_count; k++)
    if (plan->out[k] == plan->in[input]) return 1;
  return 0;
}

// Whether every tile of an input has the same elements.
static int repeats_by_tile(const adj_program *program, int input) {
  int64_t period = period_of(&program->inputs[input]);
  return period > 0 && program->tile % period == 0;
}

static void place_inputs(pointwise_plan *plan, const kernel_set *set) {
  for (int r = 0; r < plan->program->input_count; r++) {
    const adj_input *input = &plan->program->inputs[r];
    plan->location[r] = LOCATION_INPUT + r;
    if (is_splat(input)) {
      plan->mode[r] = INPUT_UNIFORM;
      plan->location[r] = (uint16_t)(LOCATION_UNIFORM + plan->uniform_count);
      fill_uniform(plan->uniform[plan->uniform_count++], plan->in[r], input->stored, set);
    } else if (input->access == ADJ_STRIDED) {
      int stays = repeats_by_tile(plan->program, r) && !(plan->rewritten >> r & 1);
      plan->mode[r] = stays ? INPUT_PERIODIC : INPUT_GATHERED;
    } else if (input->stored != ADJ_STORED_COMPUTED) {
      plan->mode[r] = INPUT_CONVERTED;
    } else {
      plan->mode[r] = needs_copy(plan, r) ? INPUT_COPIED : INPUT_IN_PLACE;
    }
  }
}

// Writing output memory early is safe where nothing reads an input kept in the same memory afterwards.
static int may_write_directly(const pointwise_plan *plan, int output) {
  int when = plan->last_write[plan->program->outputs[output].reg];
  for (int r = 0; r < plan->program->input_count; r++)
    if (plan->in[r] == plan->out[output] && plan->mode[r] == INPUT_IN_PLACE && plan->last_input_read[r] > when)
      return 0;
  return 1;
}

static void place_outputs(pointwise_plan *plan) {
  int outputs = plan->program->output_count;
  for (int k = 0; k < outputs && k < ADJ_MAX_REGISTERS; k++) {
    int reg = plan->program->outputs[k].reg;
    if (plan->program->outputs[k].stored || plan->last_write[reg] < 0 || plan->written_by[reg]) continue;
    if (may_write_directly(plan, k)) plan->written_by[reg] = (uint8_t)(k + 1);
  }
}

static int is_uniform(int location) { return location >= LOCATION_UNIFORM; }

static const void *uniform_at(const pointwise_plan *plan, int location) {
  return plan->uniform[location - LOCATION_UNIFORM];
}

static uint16_t place_result(pointwise_plan *plan, int reg, int instruction) {
  if (plan->last_write[reg] == instruction && plan->written_by[reg]) {
    int output = plan->written_by[reg] - 1;
    plan->in_output |= (uint64_t)1 << output;
    return (uint16_t)(LOCATION_OUTPUT + output);
  }
  return (uint16_t)(LOCATION_SCRATCH + reg);
}

// Instructions on uniform values alone run here, once; the others become steps of every tile.
static void plan_instruction(pointwise_plan *plan, const kernel_set *set, int index) {
  const adj_instruction *instruction = &plan->program->instructions[index];
  int operands = operand_count(instruction->op);
  plan_step step = { set->kernels[instruction->op], 0, 0, 0, 0, 0 };
  step.a = step.b = step.c = plan->location[instruction->a];
  if (operands > 1) step.b = plan->location[instruction->b];
  if (operands > 2) step.c = plan->location[instruction->c];
  step.moves = (unsigned)(!is_uniform(step.a) | !is_uniform(step.b) << 1 | !is_uniform(step.c) << 2);
  if (step.moves == 0 && plan->uniform_count < UNIFORM_LIMIT) {
    step.kernel(plan->uniform[plan->uniform_count], uniform_at(plan, step.a), uniform_at(plan, step.b),
                uniform_at(plan, step.c), set->vector_bytes / set->element_bytes, 0);
    plan->location[instruction->dst] = (uint16_t)(LOCATION_UNIFORM + plan->uniform_count++);
    return;
  }
  step.dst = place_result(plan, instruction->dst, index);
  plan->location[instruction->dst] = step.dst;
  plan->steps[plan->step_count++] = step;
}

static void assign_slots(pointwise_plan *plan) {
  for (int r = 0; r < plan->program->register_count; r++) {
    int is_input = r < plan->program->input_count;
    int used = is_input ? plan->mode[r] != INPUT_UNIFORM || plan->last_write[r] >= 0 : plan->last_write[r] >= 0;
    plan->slot[r] = (uint8_t)plan->slot_count;
    plan->slot_count += used;
  }
}

static int make_plan(pointwise_plan *plan, const kernel_set *set, const adj_program *program,
                     const void *const *in, void *const *out, int64_t count) {
  plan->program = program;
  plan->in = in;
  plan->out = out;
  plan->count = count;
  plan->slot_count = plan->step_count = plan->uniform_count = 0;
  plan->rewritten = plan->in_output = 0;
  plan->steps = plan->inline_steps;
  if (program->instruction_count > INLINE_STEPS)
    plan->steps = malloc((size_t)program->instruction_count * sizeof *plan->steps);
  if (!plan->steps) return 0;
  memset(plan->written_by, 0, (size_t)program->register_count);
  find_lifetimes(plan);
  place_inputs(plan, set);
  place_outputs(plan);
  for (int i = 0; i < program->instruction_count; i++) plan_instruction(plan, set, i);
  assign_slots(plan);
  return 1;
}

static void release_plan(pointwise_plan *plan) {
  if (plan->steps != plan->inline_steps) free(plan->steps);
}
