// Tiles: reading inputs, running the steps, writing outputs; part of the template in pointwise_kernels.h.

typedef struct {
  const pointwise_plan *plan;
  REAL *scratch;
  const void *pointer[LOCATION_COUNT]; // where each location is for the present tile; only those in use are set
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
  if (whole && k < ADJ_MAX_REGISTERS && plan->in_output >> k & 1) return; // already there
  const adj_output *output = &plan->program->outputs[k];
  int location = plan->location[output->reg];
  const REAL *values = worker->pointer[location];
  NAME(write)(plan->out[k], output->stored, values, is_uniform(location) ? 0 : 1, start, n);
}

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
}

// Runs elements [start, end). Scratch memory is as small as the program allows, to stay in the nearest cache.
static TARGET void NAME(run)(const pointwise_plan *plan, int64_t start, int64_t end) {
  char raw[(size_t)plan->slot_count * TILE * sizeof(REAL) + 64];
  NAME(worker) worker;
  worker.plan = plan;
  worker.scratch = (REAL *)(((uintptr_t)raw + 63) / 64 * 64);
  for (int r = 0; r < plan->program->register_count; r++)
    worker.pointer[LOCATION_SCRATCH + r] = NAME(slot)(&worker, r);
  for (int u = 0; u < plan->uniform_count; u++) worker.pointer[LOCATION_UNIFORM + u] = plan->uniform[u];
  for (; start < end; start += TILE)
    NAME(run_tile)(&worker, start, end - start < TILE ? end - start : TILE);
}
