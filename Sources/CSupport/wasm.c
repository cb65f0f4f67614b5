// What a module for the browser needs beyond the language: memory, a few of C's functions, one thread's slots.
#if defined(__wasm__)
#include "adjoint_support.h"

adj_thread_slots adj_slots;
void adj_lock(void) {}
void adj_unlock(void) {}
void adj_lock_step(void) {}
void adj_unlock_step(void) {}
double adj_seconds(void) { return 0; }

// --- blocks by size classes, four a doubling; freed ones are kept and handed out again.
#define PAGE 65536u
#define UNIT 16u
#define CLASSES 128

/// Stands before every block's memory.
typedef struct { uint32_t class; void *start; uint64_t unused; } header;
_Static_assert(sizeof(header) == UNIT, "memory begins one unit after its block");

typedef struct block { struct block *next; } block;
typedef struct { uint32_t index, bytes; } size_class;

extern unsigned char __heap_base;
static block *free_blocks[CLASSES];
static uintptr_t fresh, fresh_end;

static size_class class_of(uint32_t bytes) {
  if (bytes <= 4 * UNIT) {
    uint32_t index = bytes == 0 ? 0 : (bytes - 1) / UNIT;
    return (size_class){index, (index + 1) * UNIT};
  }
  uint32_t shift = 29 - (uint32_t)__builtin_clz(bytes - 1); // step = power of two / 4
  uint32_t rounded = ((bytes - 1) >> shift) + 1; // 5...8 steps
  return (size_class){4 + (shift - 4) * 4 + rounded - 5, rounded << shift};
}

/// Makes room for `bytes` of memory that was never used. False where there is none.
static int extend(uint32_t bytes) {
  if (fresh == 0) {
    fresh = ((uintptr_t)&__heap_base + UNIT - 1) & ~(uintptr_t)(UNIT - 1);
    fresh_end = __builtin_wasm_memory_size(0) * PAGE;
  }
  if (fresh_end - fresh >= bytes) return 1;
  uint32_t pages = (bytes - (uint32_t)(fresh_end - fresh) + PAGE - 1) / PAGE;
  uintptr_t before = __builtin_wasm_memory_grow(0, pages);
  if (before == (uintptr_t)-1) return 0;
  if (before * PAGE != fresh_end) fresh = before * PAGE; // somebody else grew it too
  fresh_end = (before + pages) * PAGE;
  return fresh_end - fresh >= bytes;
}

static void *take(uint32_t bytes, size_class *size) {
  if (bytes > 0x70000000u) return NULL;
  *size = class_of(bytes);
  block *found = free_blocks[size->index];
  if (found) {
    free_blocks[size->index] = found->next;
    return found;
  }
  if (!extend(size->bytes)) return NULL;
  void *start = (void *)fresh;
  fresh += size->bytes;
  return start;
}

int posix_memalign(void **memory, size_t alignment, size_t bytes) {
  size_t extra = alignment > UNIT ? alignment : 0;
  size_class size;
  *memory = NULL;
  if (bytes > 0x70000000u || extra > PAGE) return 12;
  unsigned char *start = take(bytes + UNIT + extra, &size);
  if (!start) return 12;
  uintptr_t place = (uintptr_t)start + UNIT;
  if (extra) place = (place + alignment - 1) & ~(uintptr_t)(alignment - 1);
  header *before = (header *)place - 1;
  before->class = size.index;
  before->start = start;
  *memory = (void *)place;
  return 0;
}

void free(void *memory) {
  if (!memory) return;
  header before = ((header *)memory)[-1];
  block *freed = before.start;
  freed->next = free_blocks[before.class];
  free_blocks[before.class] = freed;
}

void *adj_allocate(size_t bytes) {
  void *memory;
  return posix_memalign(&memory, 64, bytes ? bytes : 64) == 0 ? memory : NULL;
}

void adj_free(void *memory) { free(memory); }

void adj_drain_grow(adj_thread_slots *slots) {
  int64_t capacity = slots->drain_capacity ? slots->drain_capacity * 2 : 256;
  void **larger = adj_allocate((size_t)capacity * sizeof(void *));
  if (!larger) __builtin_trap();
  for (int64_t index = 0; index < slots->drain_count; index++) larger[index] = slots->drain[index];
  adj_free(slots->drain);
  slots->drain = larger;
  slots->drain_capacity = capacity;
}

// --- what compiled code calls. Long pieces go by the machine's own instructions.
#define LONG 64

void *memset(void *to, int value, size_t count) {
  unsigned char *t = to;
  if (count >= LONG) {
    __asm__ volatile("local.get %0\nlocal.get %1\nlocal.get %2\nmemory.fill 0" ::"r"(to), "r"(value), "r"(count)
                     : "memory");
    return to;
  }
  while (count--) *t++ = (unsigned char)value;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  unsigned char *t = to;
  const unsigned char *f = from;
  if (count >= LONG) {
    __asm__ volatile("local.get %0\nlocal.get %1\nlocal.get %2\nmemory.copy 0, 0" ::"r"(to), "r"(from), "r"(count)
                     : "memory");
  } else if (t <= f) {
    while (count--) *t++ = *f++;
  } else {
    while (count--) t[count] = f[count];
  }
  return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) { return memmove(to, from, count); }

int memcmp(const void *a, const void *b, size_t count) {
  const unsigned char *x = a, *y = b;
  for (; count--; x++, y++) {
    if (*x != *y) return *x - *y;
  }
  return 0;
}

/// The product of two 128-bit integers, by halves: the language multiplies with overflow by it.
__int128 __multi3(__int128 a, __int128 b) {
  uint64_t x = (uint64_t)a, y = (uint64_t)b;
  uint64_t x0 = (uint32_t)x, x1 = x >> 32, y0 = (uint32_t)y, y1 = y >> 32;
  uint64_t low = x0 * y0;
  uint64_t first = x1 * y0 + (low >> 32);
  uint64_t second = x0 * y1 + (uint32_t)first;
  uint64_t high = x1 * y1 + (first >> 32) + (second >> 32);
  high += x * (uint64_t)(b >> 64) + (uint64_t)(a >> 64) * y;
  return (__int128)((unsigned __int128)high << 64 | (second << 32 | (uint32_t)low));
}

/// The same bytes every time: the language's hash tables ask for them, and nothing may depend on chance.
void arc4random_buf(void *to, size_t count) { memset(to, 0x5A, count); }
#endif
