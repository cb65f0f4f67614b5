// What Swift has no portable word for: thread-local slots and one recursive lock.
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__wasm__)
#define ADJ_THREAD_LOCAL
#else
#define ADJ_THREAD_LOCAL __thread
#endif

/// Slots of the current thread.
typedef struct {
  void *scope;             // the open step scope, retained by whoever opened it
  void *effects;           // what that step will change, kept by the scope
  void *checked;           // the open `checked` scope
  void *capture;           // the log of a trace that is to be replayed, kept by whoever opened it
  void **drain;            // nodes waiting to be released, see Node.deinit
  int64_t drain_count, drain_capacity;
  int32_t is_draining;
  int32_t precision;       // of the products that are written here
  int64_t live_nodes;      // made here less freed here
} adj_thread_slots;

extern ADJ_THREAD_LOCAL adj_thread_slots adj_slots;

static inline adj_thread_slots *adj_thread(void) { return &adj_slots; }

/// Asks for memory that will soon be read: the nodes of a large graph are in no cache when a walk comes to them.
static inline void adj_prefetch(const void *memory) { __builtin_prefetch(memory); }

/// Makes room for one more waiting node.
void adj_drain_grow(adj_thread_slots *slots);

/// The lock under which graphs are walked and evaluated. One thread may take it again.
void adj_lock(void);
void adj_unlock(void);
/// The lock under which training steps are taken, one at a time; likewise.
void adj_lock_step(void);
void adj_unlock_step(void);

/// Memory aligned to 64 bytes. Null where there is none left.
void *adj_allocate(size_t bytes);
void adj_free(void *memory);

/// Seconds since some fixed point; 0 in the browser, where the page has the clock.
double adj_seconds(void);

// --- tensor memory: freed blocks are kept by size and handed out again, so that a steady loop allocates nothing.
/// A block of at least `bytes`, aligned to 64. Null where the system has none left.
void *adj_pool_take(size_t bytes);
void adj_pool_give(void *memory, size_t bytes);

typedef struct {
  int64_t system_allocations; // blocks asked from the system since the start
  int64_t live_bytes;         // in use now
  int64_t cached_bytes;       // kept for reuse
} adj_pool_statistics;
adj_pool_statistics adj_pool_read(void);

/// The engine that is linked into this program, or null: see `Devices.current`.
void *adj_provided_device(void);
