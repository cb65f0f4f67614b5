// Adding tiles to sums; part of the template in pointwise_kernels.h. Vectors are of 64 bytes whatever the processor's
// are, so that the order of the additions is the same everywhere. Short runs are added in the element's own precision,
// the rest in double.

#define WIDE ((int)(64 / sizeof(REAL)))
typedef REAL NAME(sum_vector) __attribute__((vector_size(64)));
typedef REAL NAME(loose_sum_vector) __attribute__((vector_size(64), aligned(sizeof(REAL)), may_alias));
#define LOAD_WIDE(p) (*(const NAME(loose_sum_vector) *)(p))

// The vectors at x, x + stride, … added.
INLINE void NAME(add_vectors)(NAME(sum_vector) *total, const REAL *x, int64_t count, int64_t stride) {
  NAME(sum_vector) sum[4] = {{0}};
  int64_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (int v = 0; v < 4; v++) sum[v] += LOAD_WIDE(x + (i + v) * stride);
  for (; i < count; i++) sum[0] += LOAD_WIDE(x + i * stride);
  *total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

INLINE double NAME(across)(const NAME(sum_vector) *v) {
  typedef double eight __attribute__((vector_size(64)));
  typedef double four __attribute__((vector_size(32)));
#if ADJ_FLOAT
  typedef double sixteen __attribute__((vector_size(128)));
  sixteen all = __builtin_convertvector(*v, sixteen);
  eight a = __builtin_shufflevector(all, all, 0, 1, 2, 3, 4, 5, 6, 7) +
            __builtin_shufflevector(all, all, 8, 9, 10, 11, 12, 13, 14, 15);
#else
  eight a = *v;
#endif
  four b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

INLINE double NAME(sum_run)(const REAL *x, int64_t n) {
  int64_t whole = n / WIDE;
  double value = 0;
  if (whole > 0) {
    NAME(sum_vector) total;
    NAME(add_vectors)(&total, x, whole, WIDE);
    value = NAME(across)(&total);
  }
  for (int64_t i = whole * WIDE; i < n; i++) value += (double)x[i];
  return value;
}

static TARGET void NAME(add_rows)(row_ends *ends, REAL *out, const REAL *x, int64_t start, int64_t n, int64_t length,
                                  int64_t piece_begin) {
  int64_t row = start / length, place = start % length;
  while (n > 0) {
    int64_t run = adj_min(length - place, n);
    double value = NAME(sum_run)(x, run);
    if (ends->row == row) value += ends->value;
    ends->row = -1;
    if (place + run < length) {
      ends->row = row;
      ends->value = value;
    } else if (row * length < piece_begin) {
      ends->head_row = row;
      ends->head = value;
    } else {
      out[row] = (REAL)value;
    }
    x += run, n -= run, row++, place = 0;
  }
}

INLINE void NAME(add_run_to)(double *sums, const REAL *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) sums[i] += (double)x[i];
}

// Whole rows. Rows that are no whole vectors are taken so many at a time that they are.
static TARGET void NAME(add_whole_rows)(double *sums, const REAL *x, int64_t rows, int64_t columns) {
  int64_t together = WIDE / greatest_divisor(columns, WIDE), period = columns * together;
  int64_t repeats = rows / together;
  if (repeats > 1)
    for (int64_t j = 0, column = 0; j < period; j += WIDE) {
      NAME(sum_vector) total;
      NAME(add_vectors)(&total, x + j, repeats, period);
      if (together == 1) NAME(add_run_to)(sums + j, (const REAL *)&total, WIDE);
      else
        for (int lane = 0; lane < WIDE; lane++, column = column + 1 == columns ? 0 : column + 1)
          sums[column] += (double)total[lane];
    }
  for (int64_t row = repeats > 1 ? repeats * together : 0; row < rows; row++)
    NAME(add_run_to)(sums, x + row * columns, columns);
}

static TARGET void NAME(add_columns)(double *sums, const REAL *x, int64_t start, int64_t n, int64_t columns) {
  int64_t column = start % columns;
  if (column > 0) {
    int64_t run = adj_min(columns - column, n);
    NAME(add_run_to)(sums + column, x, run);
    x += run, n -= run;
  }
  int64_t rows = n / columns;
  NAME(add_whole_rows)(sums, x, rows, columns);
  NAME(add_run_to)(sums, x + rows * columns, n - rows * columns);
}

// Adds elements [start, start + n), which lie at x, to sum k, whose part of the piece is `part`.
static TARGET void NAME(add_to_sum)(const sum_plan *plan, const sum_piece *piece, int k, char *part, const REAL *x,
                                    int64_t start, int64_t n) {
  const adj_sum *sum = &plan->program->sums[k];
  if (sum->by_columns)
    NAME(add_columns)((double *)part, x, start, n, sum->length);
  else
    NAME(add_rows)((row_ends *)part, plan->out[k], x, start, n, sum->length, piece->begin);
}

#undef WIDE
#undef LOAD_WIDE
