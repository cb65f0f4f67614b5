// Running a program's machine code; part of the template in pointwise_kernels.h. What does not lie as it is computed
// comes and goes through tiles.

static TARGET int NAME(needs_slot)(const adj_input *input) {
  int is_splat = input->access == ADJ_SPLAT || (input->access == ADJ_STRIDED && input->rank == 0);
  return !is_splat && (input->access == ADJ_STRIDED || input->stored != ADJ_STORED_COMPUTED);
}

static TARGET void NAME(fill_slot)(REAL *slot, const adj_input *input, const void *in, int64_t start, int64_t n) {
  if (input->access == ADJ_STRIDED) NAME(gather)(slot, in, input, start, n);
  else if (input->stored == ADJ_STORED_COMPUTED) memcpy(slot, (const REAL *)in + start, (size_t)n * sizeof(REAL));
  else NAME(convert)(slot, (const char *)in + start * stored_bytes(input->stored), input->stored, n);
}

// Where element `start` of a tile in `slot` would be, were it the whole.
INLINE const void *NAME(whole_of)(const REAL *slot, int64_t start) {
  return (const void *)((uintptr_t)slot - (uintptr_t)start * sizeof(REAL));
}

// Elements [start, start + n), at most a tile. With `copies` everything goes through slots: vectors would run past
// the end of the memory.
static TARGET void NAME(run_code_tile)(const code_work *work, const void **table, REAL *slots, size_t slot_length,
                                       int64_t start, int64_t n, int copies) {
  const adj_program *program = work->program;
  REAL *slot = slots;
  for (int k = 0; k < program->input_count; k++) {
    const adj_input *input = &program->inputs[k];
    if (work->is_uniform >> k & 1 || !(copies || NAME(needs_slot)(input))) continue;
    NAME(fill_slot)(slot, input, work->in[k], start, n);
    table[k] = NAME(whole_of)(slot, start);
    slot += slot_length;
  }
  REAL *first_output = slot;
  for (int k = 0; k < program->output_count; k++) {
    if (!copies && !program->outputs[k].stored) continue;
    table[program->input_count + k] = NAME(whole_of)(slot, start);
    slot += slot_length;
  }
  int64_t rounded = (n + LANES - 1) / LANES * LANES;
  work->code->loop(table, start * (int64_t)sizeof(REAL), (start + rounded) * (int64_t)sizeof(REAL));
  slot = first_output;
  for (int k = 0; k < program->output_count; k++) {
    if (!copies && !program->outputs[k].stored) continue;
    NAME(write)(work->out[k], program->outputs[k].stored, slot, 1, start, n);
    slot += slot_length;
  }
}

static TARGET void NAME(run_code)(const code_work *work, int64_t start, int64_t end) {
  const adj_program *program = work->program;
  const void *table[2 * ADJ_MAX_REGISTERS];
  _Alignas(64) char uniform[ADJ_MAX_REGISTERS][8];
  int through_slots = 0;
  for (int k = 0; k < program->input_count; k++) {
    const adj_input *input = &program->inputs[k];
    table[k] = work->in[k];
    through_slots += NAME(needs_slot)(input);
    if (!(work->is_uniform >> k & 1) || input->stored == ADJ_STORED_COMPUTED) continue;
    NAME(convert)(uniform[k], work->in[k], input->stored, 1);
    table[k] = uniform[k];
  }
  for (int k = 0; k < program->output_count; k++) {
    table[program->input_count + k] = work->out[k];
    through_slots += program->outputs[k].stored != 0;
  }
  int64_t whole = start + (end - start) / LANES * LANES;
  if (through_slots) {
    char raw[(size_t)through_slots * TILE * sizeof(REAL) + 64];
    REAL *slots = (REAL *)(((uintptr_t)raw + 63) / 64 * 64);
    for (int64_t at = start; at < whole; at += TILE)
      NAME(run_code_tile)(work, table, slots, (size_t)TILE, at, whole - at < TILE ? whole - at : TILE, 0);
  } else if (start < whole) {
    work->code->loop(table, start * (int64_t)sizeof(REAL), whole * (int64_t)sizeof(REAL));
  }
  if (whole == end) return;
  _Alignas(64) REAL ends[2 * ADJ_MAX_REGISTERS * LANES];
  NAME(run_code_tile)(work, table, ends, LANES, whole, end - whole, 1);
}

#define CALLED(name, expression) \
  static TARGET void NAME(name##_call)(void *place) { \
    V x = NAME(load)(place), y = NAME(load)((const REAL *)place + LANES); \
    (void)y; \
    NAME(store)(place, expression); \
  }
CALLED(exp, NAME(exp)(x))
CALLED(log, NAME(log)(x))
CALLED(tanh, NAME(tanh)(x))
CALLED(sin, NAME(circle)(x, 0))
CALLED(cos, NAME(circle)(x, 1))
CALLED(expm1, NAME(expm1)(x))
CALLED(log1p, NAME(log1p)(x))
CALLED(atan, NAME(atan)(x))
CALLED(erf, NAME(erf)(x))
CALLED(erfinv, NAME(erfinv)(x))
CALLED(lgamma, NAME(lgamma)(x))
#if ADJ_FLOAT
CALLED(to_float16, NAME(to_float16)(x))
CALLED(to_bfloat16, NAME(to_bfloat16)(x))
#endif
CALLED(polygamma, NAME(polygamma)(x, y))
CALLED(power, NAME(power)(x, y))
CALLED(truncating_remainder, NAME(truncating_remainder)(x, y))
#undef CALLED

static const vector_function NAME(calls)[ADJ_MICRO_COUNT] = {
  [ADJ_EXP] = NAME(exp_call), [ADJ_LOG] = NAME(log_call),
  [ADJ_TANH] = NAME(tanh_call), [ADJ_SIN] = NAME(sin_call),
  [ADJ_COS] = NAME(cos_call), [ADJ_EXPM1] = NAME(expm1_call),
  [ADJ_LOG1P] = NAME(log1p_call), [ADJ_ATAN] = NAME(atan_call),
  [ADJ_ERF] = NAME(erf_call), [ADJ_ERFINV] = NAME(erfinv_call), [ADJ_LGAMMA] = NAME(lgamma_call),
  [ADJ_POLYGAMMA] = NAME(polygamma_call), [ADJ_POWER] = NAME(power_call),
  [ADJ_TRUNCATING_REMAINDER] = NAME(truncating_remainder_call),
#if ADJ_FLOAT
  [ADJ_TO_FLOAT16] = NAME(to_float16_call),
  [ADJ_TO_BFLOAT16] = NAME(to_bfloat16_call),
#endif
};
