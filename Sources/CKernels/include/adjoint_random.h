// Random numbers by counter: number i of a key is a mixing function of both, so that neither threads nor
// vectors change it.
#pragma once
#include <stdint.h>

// --- numbers in [0, 1): out[k * count + i] is number i of keys[k]. Those of float are rounded to nearest, but
// never to 1.
void adj_random_uniform_f32(int64_t key_count, const int64_t *keys, int64_t count, float *out, int threads);
void adj_random_uniform_f64(int64_t key_count, const int64_t *keys, int64_t count, double *out, int threads);
