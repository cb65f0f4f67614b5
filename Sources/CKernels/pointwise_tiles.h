// Tiles: reading inputs, running the steps, writing outputs; part of the template in pointwise_kernels.h.

typedef struct {
  const pointwise_plan *plan;
  REAL *scratch;
  const void *pointer[LOCATION_COUNT]; // where each location is for the present tile; only those in use are set
  int64_t repeated;                    // so many elements of the periodic inputs are there
  const sum_plan *sums;
  const sum_piece *piece;
} NAME(worker);

INLINE REAL *NAME(slot)(const NAME(worker) *worker, int reg) {
  return worker->scratch + (size_t)worker->plan->slot[reg] * TILE;
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
    case INPUT_CONVERTED:
      NAME(convert)(slot, (const char *)plan->in[reg] + start * stored_bytes(input->stored), input->stored, n);
      break;
    case INPUT_PERIODIC:
      if (n > worker->repeated) NAME(gather)(slot, plan->in[reg], input, start, n);
      break;
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
  const adj_output *output = &plan->program->outputs[k];
  if (output->stored == ADJ_STORED_NOWHERE) return;
  if (whole && k < ADJ_MAX_REGISTERS && plan->in_output >> k & 1) return; // already there
  int location = plan->location[output->reg];
  const REAL *values = worker->pointer[location];
  NAME(write)(plan->out[k], output->stored, values, is_uniform(location) ? 0 : 1, start, n);
}

#if !ADJ_INTEGER
// In two parts, whole vectors and the rest, as machine code takes them.
static TARGET void NAME(sum_tile)(const NAME(worker) *worker, int64_t start, int64_t n) {
  const adj_program *program = worker->plan->program;
  REAL same[TILE];
  char *part = worker->piece->part;
  int64_t lanes = 64 / (int64_t)sizeof(REAL), whole = n / lanes * lanes;
  for (int k = 0; k < program->sum_count; k++) {
    int source = program->sums[k].source;
    int location = source < 0 ? LOCATION_INPUT - 1 - source : worker->plan->location[program->outputs[source].reg];
    const REAL *x = worker->pointer[location];
    if (is_uniform(location)) {
      for (int64_t i = 0; i < n; i++) same[i] = *x;
      x = same;
    }
    if (whole > 0) NAME(add_to_sum)(worker->sums, worker->piece, k, part, x, start, whole);
    if (whole < n) NAME(add_to_sum)(worker->sums, worker->piece, k, part, x + whole, start + whole, n - whole);
    part += sum_bytes(&program->sums[k]);
  }
}
#endif

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
#if !ADJ_INTEGER
  if (worker->sums) NAME(sum_tile)(worker, start, n);
#endif
}

// Runs elements [start, end). Scratch memory is as small as the program allows, to stay in the nearest cache.
static TARGET void NAME(run)(const pointwise_plan *plan, int64_t start, int64_t end, const sum_plan *sums,
                             const sum_piece *piece) {
  char raw[(size_t)plan->slot_count * TILE * sizeof(REAL) + 64];
  NAME(worker) worker;
  worker.plan = plan;
  worker.repeated = 0;
  worker.sums = sums;
  worker.piece = piece;
  worker.scratch = (REAL *)(((uintptr_t)raw + 63) / 64 * 64);
  for (int r = 0; r < plan->program->register_count; r++)
    worker.pointer[LOCATION_SCRATCH + r] = NAME(slot)(&worker, r);
  for (int u = 0; u < plan->uniform_count; u++) worker.pointer[LOCATION_UNIFORM + u] = plan->uniform[u];
  int64_t tile = plan->program->tile;
  for (; start < end; start += tile) {
    int64_t n = end - start < tile ? end - start : tile;
    NAME(run_tile)(&worker, start, n);
    worker.repeated = n;
  }
}
