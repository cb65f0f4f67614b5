// Factorizations and systems of dense row-major matrices, one or a batch. Results are the same for any number of
// threads, except those of a library found at run time.
#pragma once
#include <stdint.h>

enum adj_matrix_kind {
  ADJ_TRIANGULAR_SOLVE,    // out = op(a)^-1 b, of one triangle of a
  ADJ_SOLVE,               // out = op(a)^-1 b
  ADJ_DETERMINANT,
  ADJ_LOG_DETERMINANT,     // of its size
  ADJ_CHOLESKY,            // out = L with L Lᵀ = (a + aᵀ) / 2
  ADJ_ORTHOGONAL_FACTOR,   // out = Q of a = Q R, R's diagonal positive
  ADJ_LU_FACTORS,          // out = L and U of a = P L U in one square, and a last column: which row of a stands where
  ADJ_EIGENVALUES,         // of (a + aᵀ) / 2, ascending
  ADJ_EIGENVECTORS,        // as columns, in that order
  ADJ_SINGULAR_DECOMPOSITION // out = U, a row of descending singular values, V, one below the other
};

typedef struct {
  int32_t kind, is_double;
  int32_t is_lower, is_transposed, has_unit_diagonal;
  int32_t uses_library;
  int64_t batch, rows, columns; // of a
  int64_t right_columns;        // of b and out, for systems
  const int64_t *a_places, *b_places; // which matrix of a and of b each entry of the batch reads; null: its own
} adj_matrix_job;

/// Bytes of scratch memory that the job needs, to be 64-byte aligned.
int64_t adj_matrix_scratch(const adj_matrix_job *job, int threads);
/// Runs the job. Returns the first entry of the batch that has no result (singular, not positive definite, not
/// convergent), or -1. A matrix with an element that is not finite has results that are NaN, not none.
int64_t adj_matrix_run(const adj_matrix_job *job, const void *a, const void *b, void *out, void *scratch, int threads);

/// What LAPACK was found at run time ("OpenBLAS 0.3.21"), or "".
const char *adj_lapack_name(void);
