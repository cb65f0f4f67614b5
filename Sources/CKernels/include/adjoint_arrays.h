// Kernels over rows and places of arrays: scans, sorting, indexing. Arrays are dense and row-major, cut along
// one axis into `outer` blocks of `length` rows of `inner` elements. Results are the same for any number of threads.
#pragma once
#include <stdint.h>

/// The element types these kernels know.
enum adj_element { ADJ_FLOAT32, ADJ_FLOAT64, ADJ_INT64 };

typedef struct { int64_t outer, length, inner; } adj_lanes;

enum adj_scan_kind { ADJ_SCAN_SUM, ADJ_SCAN_PRODUCT, ADJ_SCAN_MAXIMUM };

/// Running sums, products or maxima along the axis. Exclusive: of what comes before a place.
void adj_scan(int element, int kind, adj_lanes lanes, int exclusive, int reversed, const void *in, void *out,
              int threads);
/// y_t = a_t · y_{t-1} + b_t, where nothing comes before the first place.
void adj_recurrence(int element, adj_lanes lanes, int reversed, const void *a, const void *b, void *out, int threads);

/// Sources and weights of the places of an axis, one place after the other: those of place p begin at starts[p] and
/// end at starts[p + 1]. Weights are of the arrays' type.
typedef struct {
  int64_t count;
  const int64_t *starts, *sources;
  const void *weights;
} adj_axis_weights;
/// out[o][p][i] = the sum over the sources s of place p of weight · in[o][s][i]. Floats and doubles only.
void adj_resample(int element, adj_lanes lanes, adj_axis_weights table, const void *in, void *out, int threads);

/// The place of the largest element of each lane: the first of equal ones, and NaN counts as largest.
void adj_arg_max(int element, adj_lanes lanes, const void *in, int64_t *out, int threads);

/// The product, sum or largest of each lane of integers (kind as for scans), which wrap.
void adj_reduce_lanes_i64(int kind, adj_lanes lanes, const int64_t *in, int64_t *out, int threads);

/// The order in which each lane is sorted. Equal elements keep their order; NaN comes last either way. `scratch`
/// holds adj_arg_sort_scratch bytes, 64-byte aligned.
void adj_arg_sort(int element, adj_lanes lanes, int descending, const void *in, int64_t *out, void *scratch,
                  int threads);
int64_t adj_arg_sort_scratch(int element, adj_lanes lanes, int threads);

/// How many of the `count` sorted elements are smaller than (or, from the right, not larger than) each value.
void adj_search_sorted(int element, int64_t count, const void *sorted, int64_t values_count, const void *values,
                       int right, int64_t *out, int threads);

/// The first of `count` indices that is not from 0 to below `bound`, or -1.
int64_t adj_first_outside(int64_t count, const int64_t *indices, int64_t bound, int threads);
/// Rows by index: out[o][i] = in[o][indices[i]], rows of `row_bytes`. Indices have been checked.
void adj_gather(int64_t outer, int64_t length, int64_t row_bytes, int64_t count, const void *in,
                const int64_t *indices, void *out, int threads);
/// Zeros to which rows are added by index, in the order of the indices. Indices have been checked.
void adj_scatter_add(int element, adj_lanes lanes, int64_t count, const void *in, const int64_t *indices, void *out,
                     int threads);
/// Which index names each of `length` places last; -1 where none does. Indices have been checked.
void adj_last_writer(int64_t length, int64_t count, const int64_t *indices, int64_t *out, int threads);
