// Decodes PNG files with libpng's simplified interface, whose one structure has not changed since libpng 1.6.
#include "adjoint_codecs.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// `png_image` of version 1.
typedef struct {
  void *opaque;
  uint32_t version, width, height, format, flags, colormap_entries, warning_or_error;
  char message[64];
} simplified_image;

enum { HAS_ALPHA = 1, HAS_COLOUR = 2, SIXTEEN_BITS_ARE_SRGB = 4, IS_ERROR = 2 };

typedef struct {
  int (*begin)(simplified_image *, const void *, size_t);
  int (*finish)(simplified_image *, const void *, void *, int32_t, void *);
  void (*free)(simplified_image *);
} png_functions;

static png_functions png;
static int is_found;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_png(void) {
  void *library = dlopen("libpng16.so.16", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  png.begin = (int (*)(simplified_image *, const void *, size_t))dlsym(library, "png_image_begin_read_from_memory");
  png.finish = (int (*)(simplified_image *, const void *, void *, int32_t, void *))dlsym(
      library, "png_image_finish_read");
  png.free = (void (*)(simplified_image *))dlsym(library, "png_image_free");
  is_found = png.begin && png.finish && png.free;
}

int adj_has_png(void) {
  pthread_once(&once, find_png);
  return is_found;
}

static adj_codec_result give_up(simplified_image *source, adj_image *image, adj_codec_result result) {
  snprintf(image->message, sizeof image->message, "%.63s", source->message);
  png.free(source);
  free(image->pixels);
  image->pixels = NULL;
  return result;
}

adj_codec_result adj_decode_png(const uint8_t *bytes, size_t count, adj_image *image) {
  memset(image, 0, sizeof *image);
  if (!adj_has_png()) return ADJ_CODEC_NO_LIBRARY;
  simplified_image source = {.version = 1};
  if (!png.begin(&source, bytes, count)) return give_up(&source, image, ADJ_CODEC_DAMAGED);
  // Otherwise 16 bits without a word on their meaning would be taken as linear light.
  source.flags |= SIXTEEN_BITS_ARE_SRGB;
  source.format &= HAS_ALPHA | HAS_COLOUR;
  image->width = (int)source.width;
  image->height = (int)source.height;
  image->channels = 1 + (source.format & HAS_ALPHA ? 1 : 0) + (source.format & HAS_COLOUR ? 2 : 0);
  uint64_t pixels = (uint64_t)source.width * source.height;
  if (pixels == 0 || pixels > (1u << 28)) return give_up(&source, image, ADJ_CODEC_NO_MEMORY);
  image->pixels = malloc(pixels * (uint64_t)image->channels);
  if (!image->pixels) return give_up(&source, image, ADJ_CODEC_NO_MEMORY);
  if (!png.finish(&source, NULL, image->pixels, 0, NULL) || (source.warning_or_error & IS_ERROR))
    return give_up(&source, image, ADJ_CODEC_DAMAGED);
  png.free(&source);
  return ADJ_CODEC_OK;
}
