// Tensor memory by size classes: 64-byte steps up to 4 KiB, then eight classes a doubling.
#include "adjoint_support.h"

#if !defined(__wasm__)
#include <pthread.h>
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
#define LOCK() pthread_mutex_lock(&pool_lock)
#define UNLOCK() pthread_mutex_unlock(&pool_lock)
#else
#define LOCK()
#define UNLOCK()
#endif

#define CLASSES 512
/// Beyond this much unused memory, freed blocks go back to the system.
#define CACHE_LIMIT ((int64_t)1 << 30)

typedef struct block { struct block *next; } block;
static block *free_blocks[CLASSES];
static adj_pool_statistics statistics;

typedef struct { int index; size_t bytes; } size_class;

static size_class class_of(size_t bytes) {
  if (bytes <= 4096) {
    int index = bytes == 0 ? 0 : (int)((bytes - 1) / 64);
    return (size_class){index, (size_t)(index + 1) * 64};
  }
  int shift = 63 - __builtin_clzll((unsigned long long)(bytes - 1)) - 3; // step = power of two / 8
  size_t step = (size_t)1 << shift;
  size_t rounded = (bytes + step - 1) & ~(step - 1);
  int eighth = (int)((rounded >> shift) - 8); // 1...8
  return (size_class){64 + (shift - 9) * 8 + eighth, rounded};
}

void *adj_pool_take(size_t bytes) {
  size_class size = class_of(bytes);
  LOCK();
  block *found = size.index < CLASSES ? free_blocks[size.index] : NULL;
  if (found) {
    free_blocks[size.index] = found->next;
    statistics.cached_bytes -= (int64_t)size.bytes;
  } else {
    statistics.system_allocations += 1;
  }
  statistics.live_bytes += (int64_t)size.bytes;
  UNLOCK();
  if (found) return found;
  void *memory = adj_allocate(size.bytes);
  if (!memory) {
    LOCK();
    statistics.live_bytes -= (int64_t)size.bytes;
    UNLOCK();
  }
  return memory;
}

void adj_pool_give(void *memory, size_t bytes) {
  if (!memory) return;
  size_class size = class_of(bytes);
  LOCK();
  statistics.live_bytes -= (int64_t)size.bytes;
  int keep = size.index < CLASSES && statistics.cached_bytes + (int64_t)size.bytes <= CACHE_LIMIT;
  if (keep) {
    block *freed = memory;
    freed->next = free_blocks[size.index];
    free_blocks[size.index] = freed;
    statistics.cached_bytes += (int64_t)size.bytes;
  }
  UNLOCK();
  if (!keep) adj_free(memory);
}

adj_pool_statistics adj_pool_read(void) {
  LOCK();
  adj_pool_statistics now = statistics;
  UNLOCK();
  return now;
}
