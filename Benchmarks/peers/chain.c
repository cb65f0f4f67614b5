// The workload "chain" of adjoint bench, its ten operations in one loop written by hand, on one thread: prints
// microseconds a pass, the median over the seconds given. Built by chain_by_hand for the processor that it runs on.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { count = 1 << 20, batches = 8, most = 1 << 20 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void chain(const float *restrict x, float *restrict to) {
  for (int i = 0; i < count; i++) {
    float line = x[i] * 1.5f + 0.25f, bent = line * x[i] - 0.5f;
    bent = bent > x[i] ? bent : x[i];
    to[i] = bent / sqrtf(bent * bent + 1) - line;
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 1, start = now();
  float *numbers[batches], *to = malloc(count * sizeof(float));
  double *times = malloc(most * sizeof(double));
  int passes = 0;
  for (int b = 0; b < batches; b++) {
    numbers[b] = malloc(count * sizeof(float));
    for (int i = 0; i < count; i++) numbers[b][i] = (float)rand() / (float)RAND_MAX * 4 - 2;
  }
  for (; passes < most && (passes < 16 || now() - start < seconds); passes++) {
    double before = now();
    chain(numbers[passes % batches], to);
    times[passes] = now() - before;
  }
  qsort(times, (size_t)passes, sizeof(double), ascending);
  printf("%.1f\n", 1e6 * times[passes / 2]);
  return to[passes % count] != to[passes % count]; // somebody reads them
}
