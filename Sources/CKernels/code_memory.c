// Where machine code lies: pieces that are alike are one, however many plans have them, and many lie in one mapping.
// The memory is mapped twice, once to be written and once to be run, so that what runs is never writable and a new
// piece costs no call of the system.
#define _GNU_SOURCE
#include "pointwise_code.h"

#if defined(__x86_64__) && defined(__linux__)
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1 << 18, PIECE_ALIGNMENT = 64, FIRST_BUCKETS = 256 };

// Its memory is given back when its last piece goes. What was a piece once is never written again: a process forked
// from this one may still run it.
struct adj_code_chunk {
  uint8_t *written, *run;
  size_t bytes, used;
  int pieces;
  pid_t owner;
};
typedef struct adj_code_chunk chunk;
typedef adj_pointwise_code piece;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static chunk *current;
static piece **buckets;
static size_t bucket_count, piece_count;

static uint64_t hash_of(const uint8_t *bytes, size_t count) {
  uint64_t hash = count;
  for (size_t i = 0; i < count; i += 8) {
    uint64_t word = 0;
    memcpy(&word, bytes + i, count - i < 8 ? count - i : 8);
    hash = (hash ^ word) * 0x9FB21C651E98DF25;
    hash ^= hash >> 32;
  }
  return hash;
}

// A second mapping of the same memory; only the first one can be written, only this one can be run.
static void *map_again(void *memory, size_t bytes) {
  void *again = mremap(memory, 0, bytes, MREMAP_MAYMOVE);
  if (again == MAP_FAILED) return NULL;
  if (mprotect(again, bytes, PROT_READ | PROT_EXEC) == 0) return again; // a system may forbid it: tiles serve then
  munmap(again, bytes);
  return NULL;
}

static chunk *new_chunk(size_t needed) {
  chunk *new = calloc(1, sizeof *new);
  if (!new) return NULL;
  new->bytes = needed > CHUNK_BYTES ? needed : CHUNK_BYTES;
  new->owner = getpid();
  void *memory = mmap(NULL, new->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) {
    new->written = memory;
    new->run = map_again(memory, new->bytes);
    if (new->run) return new;
    munmap(memory, new->bytes);
  }
  free(new);
  return NULL;
}

static void free_chunk(chunk *old) {
  if (current == old) current = NULL;
  munmap(old->written, old->bytes);
  munmap(old->run, old->bytes);
  free(old);
}

// The chunk that has room for so many bytes.
static chunk *roomy_chunk(size_t count) {
  if (current && current->owner == getpid() && current->bytes - current->used >= count) return current;
  chunk *new = new_chunk(count);
  if (new) current = new;
  return new;
}

static void grow_buckets(void) {
  size_t larger = bucket_count ? 2 * bucket_count : FIRST_BUCKETS;
  piece **grown = calloc(larger, sizeof *grown);
  if (!grown) return; // lists grow longer instead
  for (size_t i = 0; i < bucket_count; i++)
    for (piece *p = buckets[i], *next; p; p = next) {
      next = p->next;
      p->next = grown[p->hash % larger];
      grown[p->hash % larger] = p;
    }
  free(buckets);
  buckets = grown;
  bucket_count = larger;
}

static piece *add_piece(const uint8_t *bytes, size_t count, uint64_t hash) {
  size_t room = (count + PIECE_ALIGNMENT - 1) / PIECE_ALIGNMENT * PIECE_ALIGNMENT;
  if (piece_count >= bucket_count) grow_buckets();
  piece *new = bucket_count ? malloc(sizeof *new) : NULL;
  chunk *home = new ? roomy_chunk(room) : NULL;
  if (!home) {
    free(new);
    return NULL;
  }
  memcpy(home->written + home->used, bytes, count);
  *new = (piece){ (compiled_loop)(uintptr_t)(home->run + home->used), count, hash, 1, home, buckets[hash % bucket_count] };
  buckets[hash % bucket_count] = new;
  home->used += room;
  home->pieces++;
  piece_count++;
  return new;
}

adj_pointwise_code *adj_hold_code(const uint8_t *bytes, size_t count) {
  uint64_t hash = hash_of(bytes, count);
  pthread_mutex_lock(&lock);
  piece *found = bucket_count ? buckets[hash % bucket_count] : NULL;
  while (found && (found->hash != hash || found->bytes != count ||
                   memcmp((const void *)(uintptr_t)found->loop, bytes, count) != 0)) found = found->next;
  if (found) found->uses++;
  else found = add_piece(bytes, count, hash);
  pthread_mutex_unlock(&lock);
  return found;
}

static void remove_piece(piece *old) {
  piece **place = &buckets[old->hash % bucket_count];
  while (*place != old) place = &(*place)->next;
  *place = old->next;
  piece_count--;
  if (--old->home->pieces == 0) free_chunk(old->home);
  free(old);
}

void adj_pointwise_code_free(adj_pointwise_code *code) {
  if (!code) return;
  pthread_mutex_lock(&lock);
  if (--code->uses == 0) remove_piece(code);
  pthread_mutex_unlock(&lock);
}

#else

void adj_pointwise_code_free(adj_pointwise_code *code) { (void)code; }
#endif
