// Running a program's machine code; part of the template in pointwise_kernels.h. What does not lie as it is computed
// comes and goes through tiles.

INLINE int NAME(reads_halves)(const adj_input *input) { return ADJ_FLOAT && is_read_as_halves(input); }
INLINE int NAME(writes_halves)(const adj_program *program, int output) {
  return ADJ_FLOAT && is_written_as_halves(program, output);
}
INLINE int NAME(has_slot)(const adj_program *program, int output) {
  return program->outputs[output].stored && !NAME(writes_halves)(program, output);
}

static TARGET int NAME(needs_slot)(const adj_input *input) {
  return !is_splat(input) && !NAME(reads_halves)(input) && (input->access == ADJ_STRIDED || input->stored != ADJ_STORED_COMPUTED);
}

static TARGET void NAME(fill_slot)(REAL *slot, const adj_input *input, const void *in, int64_t start, int64_t n) {
  if (NAME(reads_halves)(input)) memcpy(slot, (const uint16_t *)in + start, (size_t)n * sizeof(uint16_t));
  else if (input->access == ADJ_STRIDED) NAME(gather)(slot, in, input, start, n);
  else if (input->stored == ADJ_STORED_COMPUTED) memcpy(slot, (const REAL *)in + start, (size_t)n * sizeof(REAL));
  else NAME(convert)(slot, (const char *)in + start * stored_bytes(input->stored), input->stored, n);
}

// Where element `start` of a tile in `slot` would be, were it the whole.
INLINE const void *NAME(whole_of)(const REAL *slot, int64_t start, int are_halves) {
  return (const void *)((uintptr_t)slot - (uintptr_t)start * (are_halves ? sizeof(uint16_t) : sizeof(REAL)));
}

static TARGET void NAME(sum_code_tile)(const code_work *work, const void *const *table, const sum_piece *piece,
                                       int64_t start, int64_t n) {
  const adj_program *program = work->program;
  char *part = piece->part;
  for (int k = 0; k < program->sum_count; k++) {
    int source = program->sums[k].source, entry = source < 0 ? -1 - source : program->input_count + source;
    const REAL *x = (const REAL *)((uintptr_t)table[entry] + (uintptr_t)start * sizeof(REAL));
    NAME(add_to_sum)(work->sums, piece, k, part, x, start, n);
    part += sum_bytes(&program->sums[k]);
  }
}

// Elements [start, start + n), at most a tile. With `copies` everything goes through slots: vectors would run past
// the end of the memory. The periodic inputs' first `repeated` elements are there.
static TARGET void NAME(run_code_tile)(const code_work *work, const void **table, REAL *slots, size_t slot_length,
                                       int64_t start, int64_t n, int copies, int64_t repeated,
                                       const sum_piece *piece) {
  const adj_program *program = work->program;
  REAL *slot = slots;
  for (int k = 0; k < program->input_count; k++) {
    const adj_input *input = &program->inputs[k];
    if (work->is_uniform >> k & 1 || !(copies || NAME(needs_slot)(input))) continue;
    if (!(work->repeats >> k & 1 && n <= repeated)) NAME(fill_slot)(slot, input, work->in[k], start, n);
    table[k] = NAME(whole_of)(slot, start, NAME(reads_halves)(input));
    slot += slot_length;
  }
  REAL *first_output = slot;
  for (int k = 0; k < program->output_count; k++) {
    if (!copies && !NAME(has_slot)(program, k)) continue;
    table[program->input_count + k] = NAME(whole_of)(slot, start, NAME(writes_halves)(program, k));
    slot += slot_length;
  }
  int64_t rounded = (n + LANES - 1) / LANES * LANES;
  if (program->output_count > 0)
    work->code->loop(table, start * (int64_t)sizeof(REAL), (start + rounded) * (int64_t)sizeof(REAL));
  if (piece) NAME(sum_code_tile)(work, table, piece, start, n);
  slot = first_output;
  for (int k = 0; k < program->output_count; k++) {
    if (!copies && !NAME(has_slot)(program, k)) continue;
    if (NAME(writes_halves)(program, k))
      memcpy((uint16_t *)work->out[k] + start, slot, (size_t)n * sizeof(uint16_t));
    else if (program->outputs[k].stored != ADJ_STORED_NOWHERE)
      NAME(write)(work->out[k], program->outputs[k].stored, slot, 1, start, n);
    slot += slot_length;
  }
}

static TARGET void NAME(run_code)(const code_work *work, int64_t start, int64_t end, const sum_piece *piece) {
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
    through_slots += NAME(has_slot)(program, k);
  }
  int64_t whole = start + (end - start) / LANES * LANES;
  if (through_slots || piece) {
    char raw[(size_t)through_slots * TILE * sizeof(REAL) + 64];
    REAL *slots = (REAL *)(((uintptr_t)raw + 63) / 64 * 64);
    int64_t tile = program->tile, repeated = 0;
    for (int64_t at = start; at < whole; at += tile) {
      int64_t n = whole - at < tile ? whole - at : tile;
      NAME(run_code_tile)(work, table, slots, (size_t)TILE, at, n, 0, repeated, piece);
      repeated = n;
    }
  } else if (start < whole) {
    work->code->loop(table, start * (int64_t)sizeof(REAL), whole * (int64_t)sizeof(REAL));
  }
  if (whole == end) return;
  _Alignas(64) REAL ends[2 * ADJ_MAX_REGISTERS * LANES];
  NAME(run_code_tile)(work, table, ends, LANES, whole, end - whole, 1, 0, piece);
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
