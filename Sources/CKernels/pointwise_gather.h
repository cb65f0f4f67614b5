// Strided reads of one tile; part of the template in pointwise_kernels.h, included for every SOURCE in memory; READ(x) is one of
// its elements as REAL.

static TARGET void GATHER_NAME(copy_run)(REAL *dst, const SOURCE *src, ptrdiff_t stride, int64_t n) {
  if (stride == 1) {
    for (int64_t i = 0; i < n; i++) dst[i] = READ(src[i]);
  } else if (stride == 0) {
    REAL value = READ(src[0]);
    for (int64_t i = 0; i < n; i++) dst[i] = value;
  } else {
    for (int64_t i = 0; i < n; i++) dst[i] = READ(src[i * stride]);
  }
}

// Elements [start, start + n) of the iteration space, by runs along the innermost dimension.
static TARGET void GATHER_NAME(gather_runs)(REAL *dst, const SOURCE *src, const adj_input *input,
                                            int64_t start, int64_t n) {
  const int64_t *sizes = input->sizes, *strides = input->strides;
  int inner = input->rank - 1;
  int64_t index[8];
  for (int d = inner; d >= 0; d--) {
    index[d] = start % sizes[d];
    start /= sizes[d];
    src += index[d] * strides[d];
  }
  for (int64_t done = 0;;) {
    int64_t run = sizes[inner] - index[inner];
    if (run > n - done) run = n - done;
    GATHER_NAME(copy_run)(dst + done, src, (ptrdiff_t)strides[inner], run);
    done += run;
    if (done == n) return;
    src -= index[inner] * strides[inner];
    index[inner] = 0;
    for (int d = inner - 1; d >= 0; d--) {
      src += strides[d];
      if (++index[d] < sizes[d]) break;
      src -= sizes[d] * strides[d];
      index[d] = 0;
    }
  }
}

// Outer dimensions of stride 0 make the values periodic (a row broadcast over a batch): then one period is
// read and repeated by doubling, which stays fast where rows are as short as a few elements.
static TARGET void GATHER_NAME(gather)(REAL *dst, const SOURCE *src, const adj_input *input, int64_t start, int64_t n) {
  int outer = 0;
  while (outer < input->rank && input->strides[outer] == 0) outer++;
  int64_t period = n;
  if (outer > 0) {
    period = 1;
    for (int d = outer; d < input->rank && period < n; d++) period *= input->sizes[d];
    if (period > n) period = n;
  }
  GATHER_NAME(gather_runs)(dst, src, input, start, period);
  for (int64_t done = period; done < n; done *= 2)
    memcpy(dst + done, dst, (size_t)(done < n - done ? done : n - done) * sizeof(REAL));
}
