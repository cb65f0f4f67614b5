// Machine code for pointwise programs, where the processor has AVX-512. What is uniform is computed once before the
// loop. Registers are given out as the loop is written; where none is free, the value that is needed latest goes
// to the stack. Each operation computes exactly what its kernel over tiles does.
#include "pointwise_code.h"

#if defined(__x86_64__) && defined(__linux__)
#include "pointwise_steps.h"

// --- registers

static void add_read(step *s, int v) { s->reads[s->read_count++] = v; }

static int is_in_loop(const step *s) { return !s->is_uniform && !s->is_fused; }

static void find_reads(compiler *c, step *s) {
  const step *test = s->op == ADJ_SELECT ? fused_test(c, s) : NULL;
  for (int k = test ? 1 : 0; k < s->count; k++) add_read(s, s->operands[k]);
  for (int k = 0; test && k < test->count; k++) add_read(s, test->operands[k]);
  if (s->op == ADJ_GREATER || s->op == ADJ_EQUAL) add_read(s, constant(c, CONSTANT_ONE));
  if (s->op == ADJ_SELECT && !test) add_read(s, constant(c, CONSTANT_ZERO));
  if (s->op == ADJ_NEGATE || s->op == ADJ_COPY_SIGN) add_read(s, constant(c, CONSTANT_SIGN));
  if (s->op == ADJ_ABSOLUTE) add_read(s, constant(c, CONSTANT_SIZE));
  if (s->op == ADJ_TO_BFLOAT16) {
    add_read(s, constant(c, CONSTANT_BELOW_HALF));
    add_read(s, constant(c, CONSTANT_QUIET));
  }
}

static void find_last_uses(compiler *c) {
  for (int i = 0; i < c->step_count; i++) {
    step *s = &c->steps[i];
    if (!is_in_loop(s)) continue;
    find_reads(c, s);
    for (int k = 0; k < s->read_count; k++) c->values[s->reads[k]].last_use = i;
  }
  for (int k = 0; k < c->program->output_count; k++) c->values[c->outputs[k]].last_use = c->step_count;
}

// The next step from `now` on that reads a value; all outputs are written after the last one.
static int next_use(const compiler *c, int v) {
  if (c->values[v].last_use < c->now) return NEVER;
  for (int i = c->now; i < c->step_count; i++)
    for (int k = 0; k < c->steps[i].read_count; k++)
      if (c->steps[i].reads[k] == v) return i;
  return c->step_count;
}

static int64_t frame_place(int v) { return (int64_t)v * VECTOR; }

static void leave_register(compiler *c, int reg) {
  int v = c->holder[reg];
  if (v == NO_REGISTER) return;
  c->values[v].reg = NO_REGISTER;
  c->holder[reg] = NO_REGISTER;
}

static void save(compiler *c, int v) {
  if (c->values[v].kind != VALUE_RESULT || c->values[v].in_frame) return;
  emit_frame_access(&c->out, STORE, c->values[v].reg, frame_place(v));
  c->values[v].in_frame = 1;
}

static int free_register(compiler *c) {
  int best = 0, latest = -1;
  for (int r = 0; r < VECTOR_REGISTERS; r++) {
    if (c->locked >> r & 1) continue;
    if (c->holder[r] == NO_REGISTER) return r;
    int when = next_use(c, c->holder[r]);
    if (when > latest) latest = when, best = r;
  }
  if (latest < NEVER) save(c, c->holder[best]);
  leave_register(c, best);
  return best;
}

static int hold(compiler *c, int v) {
  int reg = free_register(c);
  c->holder[reg] = v;
  c->values[v].reg = reg;
  c->locked |= 1u << reg;
  return reg;
}

static void fetch(compiler *c, int v, int reg) {
  const value *known = &c->values[v];
  if (known->kind == VALUE_CONSTANT) {
    c->fixes[c->fix_count].which = known->entry;
    c->fixes[c->fix_count++].place = emit_broadcast_near(&c->out, reg);
  } else if (known->kind == VALUE_INPUT) {
    emit_pointer(&c->out, known->entry);
    if (!c->out.wide && is_read_as_halves(&c->program->inputs[known->entry])) emit_bfloat16_load(&c->out, reg);
    else emit_access(&c->out, LOAD, reg);
  } else {
    emit_frame_access(&c->out, LOAD, reg, frame_place(v));
  }
}

// The register that holds a value, from wherever it is.
static int need(compiler *c, int v) {
  int reg = c->values[v].reg;
  if (reg == NO_REGISTER) {
    reg = hold(c, v);
    fetch(c, v, reg);
  }
  c->locked |= 1u << reg;
  return reg;
}

static void drop_dead(compiler *c, uint32_t pinned) {
  for (int r = 0; r < VECTOR_REGISTERS; r++)
    if (!(pinned >> r & 1) && c->holder[r] != NO_REGISTER && c->values[c->holder[r]].last_use <= c->now) leave_register(c, r);
}

// --- steps

static int arithmetic_opcode(int op) {
  switch (op) {
    case ADJ_ADD: return 0x58;
    case ADJ_SUBTRACT: return 0x5C;
    case ADJ_MULTIPLY: return 0x59;
    case ADJ_DIVIDE: return 0x5E;
    case ADJ_MAXIMUM: return 0x5F;
    case ADJ_MINIMUM: return 0x5D;
    default: return 0;
  }
}

static int rounding(int op) {
  switch (op) {
    case ADJ_FLOOR: return ROUND_DOWN;
    case ADJ_CEIL: return ROUND_UP;
    case ADJ_TRUNCATE: return ROUND_TO_ZERO;
    default: return ROUND_NEAREST;
  }
}

// A function finds its vectors on the stack, leaves its result there, and overwrites every register.
static void write_call(compiler *c, const step *s) {
  for (int k = 0; k < s->count; k++) {
    emit_frame_access(&c->out, STORE, need(c, s->operands[k]), frame_place(MAX_VALUES + k));
  }
  for (int r = 0; r < VECTOR_REGISTERS; r++) {
    int v = c->holder[r];
    if (v != NO_REGISTER && c->values[v].last_use > c->now) save(c, v);
    leave_register(c, r);
  }
  c->locked = 0;
  emit_call(&c->out, (const void *)(uintptr_t)c->functions[s->op], frame_place(MAX_VALUES));
  emit_frame_access(&c->out, LOAD, hold(c, s->result), frame_place(MAX_VALUES));
}

static int predicate(int op) { return op == ADJ_GREATER ? COMPARE_GREATER : COMPARE_EQUAL; }

static void write_choice(compiler *c, const step *s) {
  const step *test = fused_test(c, s);
  int a = need(c, test ? test->operands[0] : s->operands[0]);
  int b = need(c, test ? test->operands[1] : constant(c, CONSTANT_ZERO));
  int yes = need(c, s->operands[1]), no = need(c, s->operands[2]);
  emit_compare(&c->out, 1, a, b, test ? predicate(test->op) : COMPARE_NOT_EQUAL);
  emit_blend(&c->out, hold(c, s->result), 1, yes, no);
}

static void write_binary(compiler *c, const step *s) {
  assembler *out = &c->out;
  int x = need(c, s->operands[0]), y = need(c, s->operands[1]);
  if (s->op == ADJ_GREATER || s->op == ADJ_EQUAL) {
    int one = need(c, constant(c, CONSTANT_ONE));
    emit_compare(out, 1, x, y, predicate(s->op));
    emit_vector(out, arithmetic(out, 0x28), hold(c, s->result), 0, one, 1, 1);
  } else if (s->op == ADJ_COPY_SIGN) {
    int sign = need(c, constant(c, CONSTANT_SIGN)), dst = hold(c, s->result);
    emit_move(out, dst, sign);
    emit_logic(out, dst, y, x, 0xCA); // where the bit is set, of y, elsewhere of x
  } else {
    int dst = hold(c, s->result);
    emit_vector(out, arithmetic(out, arithmetic_opcode(s->op)), dst, x, y, 0, 0);
    if (s->op != ADJ_MAXIMUM && s->op != ADJ_MINIMUM) return;
    emit_compare(out, 1, x, x, COMPARE_UNORDERED); // a NaN in either operand wins
    emit_move_masked(out, dst, x, 1);
  }
}

static void write_unary(compiler *c, const step *s) {
  assembler *out = &c->out;
  int x = need(c, s->operands[0]);
  switch (s->op) {
    case ADJ_COPY: emit_move(out, hold(c, s->result), x); return;
    case ADJ_SQRT: emit_vector(out, arithmetic(out, 0x51), hold(c, s->result), 0, x, 0, 0); return;
    case ADJ_NEGATE: {
      int sign = need(c, constant(c, CONSTANT_SIGN));
      emit_vector(out, arithmetic(out, 0x57), hold(c, s->result), x, sign, 0, 0);
      return;
    }
    case ADJ_ABSOLUTE: {
      int size = need(c, constant(c, CONSTANT_SIZE));
      emit_vector(out, arithmetic(out, 0x54), hold(c, s->result), x, size, 0, 0);
      return;
    }
    case ADJ_TO_BFLOAT16: {
      int below_half = need(c, constant(c, CONSTANT_BELOW_HALF)), quiet = need(c, constant(c, CONSTANT_QUIET));
      emit_to_bfloat16(out, hold(c, s->result), x, below_half, quiet, s->is_packed);
      return;
    }
    default: emit_round(out, hold(c, s->result), x, rounding(s->op));
  }
}

static void write_step(compiler *c, const step *s) {
  switch (s->op) {
    case ADJ_SELECT: write_choice(c, s); return;
    case ADJ_MULTIPLY_ADD: {
      int x = need(c, s->operands[0]), y = need(c, s->operands[1]), z = need(c, s->operands[2]);
      int dst = hold(c, s->result);
      emit_move(&c->out, dst, z);
      emit_multiply_add(&c->out, dst, x, y);
      return;
    }
    case ADJ_COPY: case ADJ_SQRT: case ADJ_NEGATE: case ADJ_ABSOLUTE: case ADJ_FLOOR: case ADJ_CEIL: case ADJ_ROUND:
    case ADJ_TRUNCATE: case ADJ_TO_BFLOAT16: write_unary(c, s); return;
    case ADJ_GREATER: case ADJ_EQUAL: case ADJ_COPY_SIGN: write_binary(c, s); return;
    default:
      if (arithmetic_opcode(s->op)) write_binary(c, s);
      else write_call(c, s);
  }
}

// --- the whole

static void forget_registers(compiler *c) {
  for (int r = 0; r < VECTOR_REGISTERS; r++) leave_register(c, r);
  c->locked = 0;
}

// What is the same for every element goes to the stack before the loop.
static void write_uniforms(compiler *c) {
  for (int v = 0; v < c->program->input_count; v++) {
    if (c->values[v].kind != VALUE_UNIFORM) continue;
    emit_pointer(&c->out, c->values[v].entry);
    emit_broadcast(&c->out, 0);
    emit_frame_access(&c->out, STORE, 0, frame_place(v));
  }
  for (int i = 0; i < c->step_count; i++) {
    const step *s = &c->steps[i];
    if (!s->is_uniform) continue;
    forget_registers(c);
    write_step(c, s);
    emit_frame_access(&c->out, STORE, c->values[s->result].reg, frame_place(s->result));
  }
  forget_registers(c);
}

static int is_call(const compiler *c, int op) {
  return c->functions[op] && !arithmetic_opcode(op) && op != ADJ_TO_BFLOAT16;
}

static int has_call(const compiler *c) {
  for (int i = 0; i < c->step_count; i++)
    if (is_in_loop(&c->steps[i]) && is_call(c, c->steps[i].op)) return 1;
  return 0;
}

// The most values that the loop holds at once beside uniform ones, and what a step needs for itself.
static int pressure(compiler *c) {
  int most = 0;
  for (int i = 0; i <= c->step_count; i++) {
    int live = 0;
    for (int v = 0; v < c->value_count; v++) {
      if (is_uniform_value(c, v)) continue;
      int born = c->values[v].kind == VALUE_INPUT ? 0 : v - c->program->input_count;
      live += born <= i && c->values[v].last_use >= i;
    }
    if (live > most) most = live;
  }
  return most + 6;
}

// Uniform values that stay in registers all through the loop, as many as there is room for.
static uint32_t pin_uniforms(compiler *c) {
  uint32_t pinned = 0;
  if (has_call(c)) return 0;
  int room = VECTOR_REGISTERS - pressure(c), reg = VECTOR_REGISTERS - 1;
  for (int v = 0; v < c->value_count && room > 0; v++) {
    if (!is_uniform_value(c, v) || c->values[v].last_use < 0) continue;
    fetch(c, v, reg);
    c->values[v].reg = reg;
    c->holder[reg] = v;
    pinned |= 1u << reg--;
    room--;
  }
  return pinned;
}

static void write_loop(compiler *c) {
  uint32_t pinned = pin_uniforms(c);
  size_t top = c->out.count;
  for (c->now = 0; c->now < c->step_count; c->now++) {
    const step *s = &c->steps[c->now];
    if (!is_in_loop(s)) continue;
    c->locked = pinned;
    write_step(c, s);
    drop_dead(c, pinned);
  }
  // All inputs of these elements are read before any output is written: they may be the same memory.
  for (int k = 0; k < c->program->output_count; k++) {
    c->locked = pinned;
    int reg = need(c, c->outputs[k]);
    emit_pointer(&c->out, c->program->input_count + k);
    if (c->out.wide || !is_written_as_halves(c->program, k)) {
      emit_access(&c->out, STORE, reg);
      continue;
    }
    int packed = reg;
    if (!is_packed_value(c, c->outputs[k])) emit_shift(&c->out, SHIFT_RIGHT, packed = free_register(c), reg, 16);
    emit_halves_access(&c->out, STORE, packed);
  }
  emit_loop_end(&c->out, top);
}

static void append_constants(compiler *c) {
  while (c->out.count % 8) emit(&c->out, 0xCC);
  size_t base = c->out.count;
  int wide = c->out.wide;
  emit_int64(&c->out, wide ? 0x3FF0000000000000 : 0x3F800000);
  emit_int64(&c->out, 0);
  emit_int64(&c->out, wide ? (uint64_t)1 << 63 : 0x80000000);
  emit_int64(&c->out, wide ? ~((uint64_t)1 << 63) : 0x7FFFFFFF);
  emit_int64(&c->out, 0x7FFF);
  emit_int64(&c->out, 0x400000);
  for (int k = 0; k < c->fix_count && !c->out.failed; k++) {
    size_t place = c->fixes[k].place;
    int32_t distance = (int32_t)(base + 8 * (size_t)c->fixes[k].which - (place + 4));
    memcpy(c->out.bytes + place, &distance, sizeof distance);
  }
}

adj_pointwise_code *adj_compile_pointwise(const adj_program *program, int is_double, const vector_function *functions) {
  compiler *c = calloc(1, sizeof *c);
  if (!c) return NULL;
  c->program = program;
  c->functions = functions;
  c->out.wide = is_double;
  for (int r = 0; r < VECTOR_REGISTERS; r++) c->holder[r] = NO_REGISTER;
  adj_pointwise_code *code = NULL;
  if (read_program(c)) {
    fuse_comparisons(c);
    pack_halves(c);
    find_last_uses(c);
    emit_entry(&c->out, frame_place(MAX_VALUES + 2) + VECTOR);
    write_uniforms(c);
    write_loop(c);
    emit_exit(&c->out);
    append_constants(c);
    if (!c->out.failed) code = adj_hold_code(c->out.bytes, c->out.count);
  }
  free(c->out.bytes);
  free(c);
  return code;
}

#else

adj_pointwise_code *adj_compile_pointwise(const adj_program *program, int is_double, const vector_function *functions) {
  (void)program, (void)is_double, (void)functions;
  return 0;
}
#endif
