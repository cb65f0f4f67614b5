// Reads gzipped files and packs bytes with those functions of zlib that need no knowledge of its structures.
#include "adjoint_codecs.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

typedef struct {
  void *(*open)(const char *, const char *);
  int (*read)(void *, void *, unsigned);
  int (*close)(void *);
  int (*compress)(uint8_t *, unsigned long *, const uint8_t *, unsigned long, int);
  unsigned long (*bound)(unsigned long);
} zlib_functions;

static zlib_functions zlib;
static int is_found;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_zlib(void) {
  void *library = dlopen("libz.so.1", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  zlib.open = (void *(*)(const char *, const char *))dlsym(library, "gzopen64");
  if (!zlib.open) zlib.open = (void *(*)(const char *, const char *))dlsym(library, "gzopen");
  zlib.read = (int (*)(void *, void *, unsigned))dlsym(library, "gzread");
  zlib.close = (int (*)(void *))dlsym(library, "gzclose");
  zlib.compress =
      (int (*)(uint8_t *, unsigned long *, const uint8_t *, unsigned long, int))dlsym(library, "compress2");
  zlib.bound = (unsigned long (*)(unsigned long))dlsym(library, "compressBound");
  is_found = zlib.compress && zlib.bound && zlib.open && zlib.read && zlib.close;
}

int adj_has_gzip(void) {
  pthread_once(&once, find_zlib);
  return is_found;
}

// Reads to the end into a block that doubles; gives what gzread gave last, or -2 without memory.
static int read_all(void *file, uint8_t **bytes, size_t *count) {
  size_t capacity = 1 << 16;
  *count = 0;
  *bytes = malloc(capacity);
  if (!*bytes) return -2;
  for (;;) {
    size_t room = capacity - *count;
    int got = zlib.read(file, *bytes + *count, room > (1 << 30) ? 1 << 30 : (unsigned)room);
    if (got <= 0) return got;
    *count += (size_t)got;
    if (*count == capacity) {
      uint8_t *larger = realloc(*bytes, capacity *= 2);
      if (!larger) return -2;
      *bytes = larger;
    }
  }
}

adj_codec_result adj_read_gzip(const char *path, uint8_t **bytes, size_t *count) {
  if (!adj_has_gzip()) return ADJ_CODEC_NO_LIBRARY;
  void *file = zlib.open(path, "rb");
  if (!file) return ADJ_CODEC_NO_FILE;
  int end = read_all(file, bytes, count);
  // A cut-off file is only noticed when it is closed.
  int closed = zlib.close(file);
  if (end == 0 && closed == 0) return ADJ_CODEC_OK;
  free(*bytes);
  *bytes = NULL;
  return end == -2 ? ADJ_CODEC_NO_MEMORY : ADJ_CODEC_DAMAGED;
}

adj_codec_result adj_compress(const uint8_t *bytes, size_t count, uint8_t **packed, size_t *packed_count) {
  if (!adj_has_gzip()) return ADJ_CODEC_NO_LIBRARY;
  unsigned long room = zlib.bound(count);
  *packed = malloc(room);
  if (!*packed) return ADJ_CODEC_NO_MEMORY;
  if (zlib.compress(*packed, &room, bytes, count, 9) != 0) {
    free(*packed);
    *packed = NULL;
    return ADJ_CODEC_NO_MEMORY;
  }
  *packed_count = room;
  return ADJ_CODEC_OK;
}
