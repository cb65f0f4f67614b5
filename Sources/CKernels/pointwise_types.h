// The template for float, double and int64; wants VECTOR_BYTES, TARGET, ADJ_FUSED, ADJ_HALVES, ADJ_CODE and CLASS_NAME(x, type).
#define REAL float
#define INT int32_t
#define UINT uint32_t
#define ADJ_FLOAT 1
#define ADJ_DOUBLE 0
#define ADJ_INTEGER 0
#define NAME(x) CLASS_NAME(x, f32)
#include "pointwise_kernels.h"

#define REAL double
#define INT int64_t
#define UINT uint64_t
#define ADJ_FLOAT 0
#define ADJ_DOUBLE 1
#define ADJ_INTEGER 0
#define NAME(x) CLASS_NAME(x, f64)
#include "pointwise_kernels.h"

#define REAL int64_t
#define INT int64_t
#define UINT uint64_t
#define ADJ_FLOAT 0
#define ADJ_DOUBLE 0
#define ADJ_INTEGER 1
#define NAME(x) CLASS_NAME(x, i64)
#include "pointwise_kernels.h"

#undef VECTOR_BYTES
#undef TARGET
#undef ADJ_FUSED
#undef ADJ_HALVES
#undef ADJ_CODE
#undef CLASS_NAME
