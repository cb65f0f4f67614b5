// libgomp is looked up at run time, so that the package builds and runs where it is absent, and so that one
// team of threads serves both these kernels and an OpenMP-built oneDNN in the same process.
#define _GNU_SOURCE
#include "include/adjoint_threads.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

static struct {
  void (*parallel)(void (*body)(void *), void *context, unsigned threads, unsigned flags);
  int (*thread_number)(void);
  int (*team_size)(void);
  void (*set_threads)(int threads);
} gomp;

static int gomp_found;
static pthread_once_t gomp_once = PTHREAD_ONCE_INIT;

// POSIX lets a data pointer from dlsym become a function pointer; writing through void ** avoids a cast ISO C lacks.
static int find_symbol(void *library, const char *name, void *destination) {
  void *symbol = dlsym(library, name);
  *(void **)destination = symbol;
  return symbol != 0;
}

// By default a waiting thread of libgomp spins for milliseconds. On an idle machine that gains nothing over a
// few microseconds, and where other processes want the same processors it costs whole time slices: steps were
// seen to take a hundred times as long. The library reads its settings once, when it is loaded; whoever has
// set one of them knows better.
static void *load_with_short_spin(void) {
  int is_set = getenv("GOMP_SPINCOUNT") || getenv("OMP_WAIT_POLICY");
  if (!is_set) setenv("GOMP_SPINCOUNT", "2000", 1);
  // Global, so that a library loaded later binds to this copy rather than bringing its own team.
  void *library = dlopen("libgomp.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!is_set) unsetenv("GOMP_SPINCOUNT");
  return library;
}

static void find_gomp(void) {
  void *library = load_with_short_spin();
  if (!library) return;
  gomp_found = find_symbol(library, "GOMP_parallel", &gomp.parallel)
    && find_symbol(library, "omp_get_thread_num", &gomp.thread_number)
    && find_symbol(library, "omp_get_num_threads", &gomp.team_size)
    && find_symbol(library, "omp_set_num_threads", &gomp.set_threads);
}

int adj_has_thread_pool(void) {
  pthread_once(&gomp_once, find_gomp);
  return gomp_found;
}

static int allowed_processors(void) {
#ifdef __linux__
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    int count = CPU_COUNT(&allowed);
    if (count > 0) return count;
  }
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (int)online : 1;
}

// A container may be given the time of fewer processors than it sees: more threads would wait for each other.
static int processors_paid_for(void) {
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "r");
  if (!file) return INT_MAX;
  long long quota = 0, period = 0;
  int found = fscanf(file, "%lld %lld", &quota, &period); // "max 100000" where there is no limit
  fclose(file);
  if (found != 2 || quota <= 0 || period <= 0) return INT_MAX;
  long long whole = (quota + period - 1) / period;
  return whole < INT_MAX ? (int)whole : INT_MAX;
}

int adj_processors(void) {
  int allowed = allowed_processors(), paid = processors_paid_for();
  return allowed < paid ? allowed : paid;
}

// libgomp's barriers are not seen by the thread sanitizer: it is told that a team begins after what was before it,
// and what follows begins after the team.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
void __tsan_acquire(void *place);
void __tsan_release(void *place);
#define TEAM_ACQUIRE(place) __tsan_acquire(place)
#define TEAM_RELEASE(place) __tsan_release(place)
#endif
#endif
#ifndef TEAM_ACQUIRE
#define TEAM_ACQUIRE(place) ((void)(place))
#define TEAM_RELEASE(place) ((void)(place))
#endif

typedef struct {
  adj_task task;
  void *context;
} team_call;

// The team may be smaller than asked for (nested regions, thread limits), so the real size is passed on.
static void run_in_team(void *pointer) {
  const team_call *call = pointer;
  TEAM_ACQUIRE(pointer);
  call->task(call->context, gomp.thread_number(), gomp.team_size());
  TEAM_RELEASE(pointer);
}

void adj_parallel(adj_task task, void *context, int threads) {
  if (threads <= 1 || !adj_has_thread_pool()) {
    task(context, 0, 1);
    return;
  }
  team_call call = { task, context };
  TEAM_RELEASE(&call);
  gomp.parallel(run_in_team, &call, (unsigned)threads, 0);
  TEAM_ACQUIRE(&call);
}

void adj_set_library_threads(int threads) {
  static __thread int current; // the setting belongs to the calling thread in OpenMP too
  if (threads < 1) threads = 1;
  if (threads == current || !adj_has_thread_pool()) return;
  gomp.set_threads(threads);
  current = threads;
}
