// Compressed files, by libraries that are found when they are first needed.
#ifndef ADJOINT_CODECS_H
#define ADJOINT_CODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  ADJ_CODEC_OK = 0,
  ADJ_CODEC_NO_LIBRARY = 1,
  ADJ_CODEC_NO_FILE = 2,
  ADJ_CODEC_DAMAGED = 3,
  ADJ_CODEC_NO_MEMORY = 4,
} adj_codec_result;

// The bytes of a file, unpacked where it is gzipped. `*bytes` is the caller's to free.
adj_codec_result adj_read_gzip(const char *path, uint8_t **bytes, size_t *count);

// Whether zlib is there.
int adj_has_gzip(void);

#endif
