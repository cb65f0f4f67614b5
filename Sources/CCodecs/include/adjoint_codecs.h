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

// The bytes packed as a zlib stream. `*packed` is the caller's to free.
adj_codec_result adj_compress(const uint8_t *bytes, size_t count, uint8_t **packed, size_t *packed_count);

// A decoded picture: rows from the top, 8 bits a channel; 1 grey, 2 grey and alpha, 3 colours, 4 with alpha.
typedef struct {
  int width, height, channels;
  uint8_t *pixels;    // the caller's to free
  char message[128];  // the library's own words, where the file is damaged
} adj_image;

// A PNG file by libpng, a JPEG file by TurboJPEG. Pictures of more than 2^28 pixels are refused.
adj_codec_result adj_decode_png(const uint8_t *bytes, size_t count, adj_image *image);
adj_codec_result adj_decode_jpeg(const uint8_t *bytes, size_t count, adj_image *image);

// Whether the libraries are there.
int adj_has_png(void);
int adj_has_jpeg(void);

#endif
