// Strided reads of elements of 1, 2, 4 and 8 bytes as they are: what is converted afterwards. Private to pointwise.c.
#pragma once
#include "pointwise_plan.h"

#define TARGET
#define READ(x) (x)
#define REAL uint8_t
#define SOURCE uint8_t
#define GATHER_NAME(x) x##_raw1
#include "pointwise_gather.h"
#undef REAL
#undef SOURCE
#undef GATHER_NAME
#define REAL uint16_t
#define SOURCE uint16_t
#define GATHER_NAME(x) x##_raw2
#include "pointwise_gather.h"
#undef REAL
#undef SOURCE
#undef GATHER_NAME
#define REAL uint32_t
#define SOURCE uint32_t
#define GATHER_NAME(x) x##_raw4
#include "pointwise_gather.h"
#undef REAL
#undef SOURCE
#undef GATHER_NAME
#define REAL uint64_t
#define SOURCE uint64_t
#define GATHER_NAME(x) x##_raw8
#include "pointwise_gather.h"
#undef REAL
#undef SOURCE
#undef GATHER_NAME
#undef READ
#undef TARGET

static void gather_raw(void *dst, const void *in, const adj_input *input, int64_t start, int64_t n) {
  switch (stored_bytes(input->stored)) {
    case 1: gather_raw1(dst, in, input, start, n); return;
    case 2: gather_raw2(dst, in, input, start, n); return;
    case 4: gather_raw4(dst, in, input, start, n); return;
    default: gather_raw8(dst, in, input, start, n);
  }
}
