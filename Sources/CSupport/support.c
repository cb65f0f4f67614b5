#if !defined(__wasm__)
#define _GNU_SOURCE
#include "adjoint_support.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

__thread adj_thread_slots adj_slots;

static pthread_mutex_t lock, step_lock;
static pthread_once_t lock_once = PTHREAD_ONCE_INIT;

static void make_locks(void) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&lock, &attributes);
  pthread_mutex_init(&step_lock, &attributes);
  pthread_mutexattr_destroy(&attributes);
}

static void take(pthread_mutex_t *mutex) {
  pthread_once(&lock_once, make_locks);
  pthread_mutex_lock(mutex);
}

void adj_lock(void) { take(&lock); }
void adj_unlock(void) { pthread_mutex_unlock(&lock); }
void adj_lock_step(void) { take(&step_lock); }
void adj_unlock_step(void) { pthread_mutex_unlock(&step_lock); }

void *adj_allocate(size_t bytes) {
  void *memory = NULL;
  return posix_memalign(&memory, 64, bytes ? bytes : 64) == 0 ? memory : NULL;
}

void adj_free(void *memory) { free(memory); }

// Frees a thread's waiting list when the thread ends.
static pthread_key_t drain_key;
static pthread_once_t drain_once = PTHREAD_ONCE_INIT;
static void make_drain_key(void) { pthread_key_create(&drain_key, free); }

void adj_drain_grow(adj_thread_slots *slots) {
  int64_t capacity = slots->drain_capacity ? slots->drain_capacity * 2 : 256;
  slots->drain = realloc(slots->drain, (size_t)capacity * sizeof(void *));
  if (!slots->drain) abort();
  slots->drain_capacity = capacity;
  pthread_once(&drain_once, make_drain_key);
  pthread_setspecific(drain_key, slots->drain);
}

double adj_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
#endif
