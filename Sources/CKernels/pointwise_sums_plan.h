// Sums over what a program computes: how its elements are cut into pieces, what a piece hands on, and how that becomes
// the results. All of it follows from the shape, never from the number of threads. Private to pointwise.c.
#pragma once
#include "include/adjoint_pointwise.h"
#include "thread_share.h"

#include <stdlib.h>
#include <string.h>

enum {
  PIECE_ELEMENTS = 1 << 14,   // least work of a piece
  MOST_PIECES = 32,
  NEAR_BYTES = 1 << 14        // what the pieces hand on lies on the stack up to this size
};

// What a piece knows of the sums of rows: the row that it is within, and the end of one that began in another piece.
typedef struct {
  int64_t row, head_row; // -1 for none
  double value, head;
} row_ends;

// A piece of the elements. Its `part` holds, sum by sum, the columns' sums so far or its `row_ends`.
typedef struct {
  int64_t begin, end;
  char *part;
} sum_piece;

typedef struct {
  const adj_program *program;
  void *const *out;           // of the sums
  int64_t tile, tiles, count, pieces;
  size_t part_bytes;
  char *parts, *heap;
} sum_plan;

static size_t sum_bytes(const adj_sum *sum) {
  return sum->by_columns ? (size_t)sum->length * sizeof(double) : sizeof(row_ends);
}

static int64_t greatest_divisor(int64_t a, int64_t b) {
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// After how many elements an input repeats itself; 0 where it does not.
static int64_t period_of(const adj_input *input) {
  int outer = 0;
  if (input->access != ADJ_STRIDED) return 0;
  while (outer < input->rank && input->strides[outer] == 0) outer++;
  if (outer == 0 || outer == input->rank) return 0;
  int64_t period = 1;
  for (int d = outer; d < input->rank; d++) period *= input->sizes[d];
  return period;
}

static int64_t with_length(int64_t unit, int64_t length, int64_t most) {
  if (length <= 0 || length > most) return unit;
  int64_t both = unit / greatest_divisor(unit, length) * length;
  return both <= most ? both : unit;
}

int64_t adj_tile_of_sum(int64_t length, int element_bytes) {
  int64_t most = ADJ_TILE * 8 / element_bytes, unit = with_length(64 / element_bytes, length, most);
  return most / unit * unit;
}

int64_t adj_tile_of(const adj_program *program, int element_bytes) {
  if (program->sum_count > 0) return adj_tile_of_sum(program->sums[0].length, element_bytes);
  int64_t most = ADJ_TILE * 8 / element_bytes, unit = 64 / element_bytes;
  for (int k = 0; k < program->input_count; k++) unit = with_length(unit, period_of(&program->inputs[k]), most);
  return most / unit * unit;
}

static int plan_sums(sum_plan *plan, const adj_program *program, void *const *out, int64_t count, char *near) {
  *plan = (sum_plan){ program, out + program->output_count, program->tile, 0, count, 1, 0, near, NULL };
  plan->tiles = (count + plan->tile - 1) / plan->tile;
  while (plan->pieces < MOST_PIECES && count / (2 * plan->pieces) >= PIECE_ELEMENTS) plan->pieces *= 2;
  for (int k = 0; k < program->sum_count; k++) plan->part_bytes += sum_bytes(&program->sums[k]);
  size_t bytes = (size_t)plan->pieces * plan->part_bytes;
  if (bytes > NEAR_BYTES) plan->parts = plan->heap = malloc(bytes);
  return plan->parts != NULL;
}

static sum_piece begin_piece(const sum_plan *plan, int64_t index) {
  sum_piece piece = { plan->tiles * index / plan->pieces * plan->tile,
                      adj_min(plan->tiles * (index + 1) / plan->pieces * plan->tile, plan->count),
                      plan->parts + (size_t)index * plan->part_bytes };
  char *part = piece.part;
  for (int k = 0; k < plan->program->sum_count; k++) {
    const adj_sum *sum = &plan->program->sums[k];
    if (sum->by_columns) memset(part, 0, sum_bytes(sum));
    else *(row_ends *)part = (row_ends){ -1, -1, 0, 0 };
    part += sum_bytes(sum);
  }
  return piece;
}

static void put_sum(const sum_plan *plan, int sum, int is_double, int64_t place, double value) {
  if (is_double) ((double *)plan->out[sum])[place] = value;
  else ((float *)plan->out[sum])[place] = (float)value;
}

static void finish_columns(const sum_plan *plan, int sum, size_t offset, int is_double) {
  int64_t columns = plan->program->sums[sum].length;
  double *total = (double *)(plan->parts + offset);
  for (int64_t piece = 1; piece < plan->pieces; piece++) {
    const double *next = (const double *)(plan->parts + (size_t)piece * plan->part_bytes + offset);
    for (int64_t c = 0; c < columns; c++) total[c] += next[c];
  }
  for (int64_t c = 0; c < columns; c++) put_sum(plan, sum, is_double, c, total[c]);
}

// Rows that lie in several pieces, from the parts in their order.
static void finish_rows(const sum_plan *plan, int sum, size_t offset, int is_double) {
  int64_t row = -1;
  double value = 0;
  for (int64_t piece = 0; piece < plan->pieces; piece++) {
    const row_ends *ends = (const row_ends *)(plan->parts + (size_t)piece * plan->part_bytes + offset);
    if (ends->head_row >= 0) {
      put_sum(plan, sum, is_double, ends->head_row, value + ends->head);
      row = -1;
    }
    if (ends->row < 0) continue;
    value = ends->row == row ? value + ends->value : ends->value;
    row = ends->row;
  }
}

static void finish_sums(sum_plan *plan, int is_double) {
  size_t offset = 0;
  for (int k = 0; k < plan->program->sum_count; k++) {
    if (plan->program->sums[k].by_columns) finish_columns(plan, k, offset, is_double);
    else finish_rows(plan, k, offset, is_double);
    offset += sum_bytes(&plan->program->sums[k]);
  }
  free(plan->heap);
}
