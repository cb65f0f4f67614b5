// oneDNN, loaded at run time: whether it is there, and its matrix product.
#include "adjoint_onednn.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "onednn_internal.h"

#if __has_include(<oneapi/dnnl/dnnl.h>)
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define TEXT_OF(value) #value
#define EXPANDED_TEXT_OF(value) TEXT_OF(value)
#define HEADER_MAJOR EXPANDED_TEXT_OF(DNNL_VERSION_MAJOR)
// The plain libdnnl.so is only there with the development package, and may be of another major.
#define LIBRARY_NAME "libdnnl.so." HEADER_MAJOR

static adj_dnnl_library library;
static int loaded;
static char version_text[32];
static char problem_text[400];
static pthread_once_t load_once = PTHREAD_ONCE_INIT;

/// Fills in every function pointer; returns 0 and says which one is missing where one is.
static int find_functions(void *handle) {
#define FIND(name)                                                                        \
  library.name = (__typeof__(library.name))dlsym(handle, "dnnl_" #name);                  \
  if (!library.name) {                                                                    \
    snprintf(problem_text, sizeof problem_text, LIBRARY_NAME " has no dnnl_" #name);      \
    return 0;                                                                             \
  }
  ADJ_DNNL_FUNCTIONS(FIND)
#undef FIND
  return 1;
}

// The argument structures differ between majors, so a library of another major must not be called at all.
static int check_version(void *handle) {
  __typeof__(&dnnl_version) version_of = (__typeof__(&dnnl_version))dlsym(handle, "dnnl_version");
  const dnnl_version_t *version = version_of ? version_of() : NULL;
  if (!version) {
    snprintf(problem_text, sizeof problem_text, LIBRARY_NAME " does not tell its version");
    return 0;
  }
  snprintf(version_text, sizeof version_text, "%d.%d.%d", version->major, version->minor, version->patch);
  if (version->major == DNNL_VERSION_MAJOR) return 1;
  snprintf(problem_text, sizeof problem_text,
           LIBRARY_NAME " is version %s but Adjoint was built with headers of version " HEADER_MAJOR,
           version_text);
  version_text[0] = 0;
  return 0;
}

static int make_engine(void) {
  if (library.engine_create(&library.engine, dnnl_cpu, 0) != dnnl_success) {
    snprintf(problem_text, sizeof problem_text, LIBRARY_NAME " could not make an engine for the processor");
    return 0;
  }
  if (library.stream_create(&library.stream, library.engine, dnnl_stream_default_flags) == dnnl_success) return 1;
  library.engine_destroy(library.engine);
  snprintf(problem_text, sizeof problem_text, LIBRARY_NAME " could not make a stream");
  return 0;
}

// The handle stays open for good once the library works: its functions are used until the process ends.
static void load(void) {
  // The pool first: the library then finds it loaded, with our settings.
  adj_has_thread_pool();
  void *handle = dlopen(LIBRARY_NAME, RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *reason = dlerror();
    snprintf(problem_text, sizeof problem_text, LIBRARY_NAME " could not be loaded: %s",
             reason ? reason : "no reason given");
    return;
  }
  loaded = check_version(handle) && find_functions(handle) && make_engine();
  if (loaded) return;
  version_text[0] = 0;
  dlclose(handle);
}

const adj_dnnl_library *adj_dnnl(void) {
  pthread_once(&load_once, load);
  return loaded ? &library : NULL;
}

int adj_onednn_available(void) { return adj_dnnl() != NULL; }

const char *adj_onednn_version(void) {
  adj_dnnl();
  return version_text;
}

const char *adj_onednn_problem(void) {
  adj_dnnl();
  return problem_text;
}

static void clear(float *c, int64_t rows, int64_t columns, int64_t ldc) {
  for (int64_t row = 0; row < rows; row++) memset(c + row * ldc, 0, (size_t)columns * sizeof *c);
}

int adj_onednn_matmul(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                      const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc) {
  const adj_dnnl_library *dnnl = adj_dnnl();
  if (!dnnl || m < 0 || n < 0 || k < 0) return 1;
  if (m == 0 || n == 0) return 0;
  // The library leaves C as it was where there is nothing to add up.
  if (k == 0) {
    clear(c, m, n, ldc);
    return 0;
  }
  return dnnl->sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1.0f, a, lda, b, ldb,
                     0.0f, c, ldc) != dnnl_success;
}

int adj_has_bfloat16(void) { return adj_instruction_limit == 0 && adj_onednn_multiplies_bfloat16(); }

#else

int adj_has_bfloat16(void) { return 0; }

int adj_onednn_available(void) { return 0; }

const char *adj_onednn_version(void) { return ""; }

const char *adj_onednn_problem(void) {
  return "oneDNN's headers were not there when Adjoint was built; install libdnnl-dev and build again";
}

int adj_onednn_matmul(int transpose_a, int transpose_b, int64_t m, int64_t n, int64_t k,
                      const float *a, int64_t lda, const float *b, int64_t ldb, float *c, int64_t ldc) {
  (void)transpose_a, (void)transpose_b, (void)m, (void)n, (void)k;
  (void)a, (void)lda, (void)b, (void)ldb, (void)c, (void)ldc;
  return 1;
}
#endif
