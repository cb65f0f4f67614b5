// The functions of LAPACK that are used where a library is found at run time. Fortran: column-major, everything
// by reference, lengths of texts at the end.
#pragma once
#include <stddef.h>

typedef struct {
  void (*ssyevd)(const char *, const char *, const int *, float *, const int *, float *, float *, const int *, int *,
                 const int *, int *, size_t, size_t);
  void (*dsyevd)(const char *, const char *, const int *, double *, const int *, double *, double *, const int *, int *,
                 const int *, int *, size_t, size_t);
  void (*sgesdd)(const char *, const int *, const int *, float *, const int *, float *, float *, const int *, float *,
                 const int *, float *, const int *, int *, int *, size_t);
  void (*dgesdd)(const char *, const int *, const int *, double *, const int *, double *, double *, const int *,
                 double *, const int *, double *, const int *, int *, int *, size_t);
} adj_lapack_library;

/// The loaded library, or null.
__attribute__((visibility("hidden"))) const adj_lapack_library *adj_lapack(void);
/// How many threads its calls may use from now on.
__attribute__((visibility("hidden"))) void adj_lapack_set_threads(int threads);
