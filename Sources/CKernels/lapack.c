// LAPACK, found at run time: OpenBLAS's. The plain one is not asked for: it takes 1.5 to 5 times as long as the own
// kernels (vectors of a symmetric 512 × 512 matrix: 202 ms, own 40, OpenBLAS 29, each on one thread).
#include "lapack.h"
#include "adjoint_matrices.h"
#include "adjoint_threads.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static adj_lapack_library library;
static int found;
static char name_text[64];
static void (*set_threads)(int threads);
static int shares_thread_pool;
static pthread_once_t lapack_once = PTHREAD_ONCE_INIT;

static int find_function(void *handle, const char *name, void *destination) {
  void *symbol = dlsym(handle, name);
  *(void **)destination = symbol;
  return symbol != 0;
}

static int find_functions(void *handle) {
  return find_function(handle, "ssyevd_", &library.ssyevd) && find_function(handle, "dsyevd_", &library.dsyevd)
    && find_function(handle, "sgesdd_", &library.sgesdd) && find_function(handle, "dgesdd_", &library.dgesdd);
}

static void note_openblas(void *handle) {
  char *(*configuration)(void) = 0;
  int (*kind)(void) = 0;
  snprintf(name_text, sizeof name_text, "OpenBLAS");
  find_function(handle, "openblas_set_num_threads", &set_threads);
  if (find_function(handle, "openblas_get_parallel", &kind)) shares_thread_pool = kind() == 2;
  char version[32] = "";
  if (find_function(handle, "openblas_get_config", &configuration)
      && sscanf(configuration(), "OpenBLAS %31s", version) == 1)
    snprintf(name_text, sizeof name_text, "OpenBLAS %s", version);
}

static void find_lapack(void) {
  // The thread pool first, so that a library built for OpenMP binds to the copy that is there.
  adj_has_thread_pool();
  void *handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
  found = find_functions(handle);
  if (found) note_openblas(handle);
}

const adj_lapack_library *adj_lapack(void) {
  pthread_once(&lapack_once, find_lapack);
  return found ? &library : 0;
}

const char *adj_lapack_name(void) { return adj_lapack() ? name_text : ""; }

void adj_lapack_set_threads(int threads) {
  adj_set_library_threads(threads);
  // Threads of its own would compete with the pool's for the same processors.
  if (adj_lapack() && set_threads) set_threads(shares_thread_pool ? threads : 1);
}
