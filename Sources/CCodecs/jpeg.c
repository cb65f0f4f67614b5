// Decodes JPEG files with TurboJPEG, whose functions take nothing but numbers and opaque handles.
#include "adjoint_codecs.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_RGB = 0, FORMAT_GREY = 6, SPACE_GREY = 2, SPACE_CMYK = 3, ACCURATE = 4096 };

typedef struct {
  void *(*init)(void);
  int (*header)(void *, const uint8_t *, unsigned long, int *, int *, int *, int *);
  int (*decode)(void *, const uint8_t *, unsigned long, uint8_t *, int, int, int, int, int);
  int (*destroy)(void *);
  char *(*message)(void *);
} jpeg_functions;

static jpeg_functions jpeg;
static int is_found;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void find_jpeg(void) {
  void *library = dlopen("libturbojpeg.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  jpeg.init = (void *(*)(void))dlsym(library, "tjInitDecompress");
  jpeg.header = (int (*)(void *, const uint8_t *, unsigned long, int *, int *, int *, int *))dlsym(
      library, "tjDecompressHeader3");
  jpeg.decode = (int (*)(void *, const uint8_t *, unsigned long, uint8_t *, int, int, int, int, int))dlsym(
      library, "tjDecompress2");
  jpeg.destroy = (int (*)(void *))dlsym(library, "tjDestroy");
  jpeg.message = (char *(*)(void *))dlsym(library, "tjGetErrorStr2");
  is_found = jpeg.init && jpeg.header && jpeg.decode && jpeg.destroy && jpeg.message;
}

int adj_has_jpeg(void) {
  pthread_once(&once, find_jpeg);
  return is_found;
}

static adj_codec_result decode(void *handle, const uint8_t *bytes, size_t count, adj_image *image) {
  int sampling, space;
  if (jpeg.header(handle, bytes, count, &image->width, &image->height, &sampling, &space) != 0)
    return ADJ_CODEC_DAMAGED;
  if (space >= SPACE_CMYK) {
    snprintf(image->message, sizeof image->message, "it is made for printing, in CMYK; save it in RGB");
    return ADJ_CODEC_DAMAGED;
  }
  image->channels = space == SPACE_GREY ? 1 : 3;
  uint64_t pixels = (uint64_t)image->width * (uint64_t)image->height;
  if (pixels == 0 || pixels > (1u << 28)) return ADJ_CODEC_NO_MEMORY;
  image->pixels = malloc(pixels * (uint64_t)image->channels);
  if (!image->pixels) return ADJ_CODEC_NO_MEMORY;
  int format = space == SPACE_GREY ? FORMAT_GREY : FORMAT_RGB;
  // Any warning counts as damage: a file that is cut off gives no more than that, and a grey lower half.
  return jpeg.decode(
             handle, bytes, count, image->pixels, image->width, 0, image->height, format, ACCURATE) == 0
             ? ADJ_CODEC_OK
             : ADJ_CODEC_DAMAGED;
}

adj_codec_result adj_decode_jpeg(const uint8_t *bytes, size_t count, adj_image *image) {
  memset(image, 0, sizeof *image);
  if (!adj_has_jpeg()) return ADJ_CODEC_NO_LIBRARY;
  void *handle = jpeg.init();
  if (!handle) return ADJ_CODEC_NO_MEMORY;
  adj_codec_result result = decode(handle, bytes, count, image);
  if (result == ADJ_CODEC_DAMAGED && !image->message[0])
    snprintf(image->message, sizeof image->message, "%.120s", jpeg.message(handle));
  jpeg.destroy(handle);
  if (result != ADJ_CODEC_OK) {
    free(image->pixels);
    image->pixels = NULL;
  }
  return result;
}
