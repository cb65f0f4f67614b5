// The template for float and for double; wants VECTOR_BYTES, TARGET, ADJ_FUSED, ADJ_HALVES, FLOAT_NAME and DOUBLE_NAME.
#define REAL float
#define INT int32_t
#define UINT uint32_t
#define ADJ_DOUBLE 0
#define NAME(x) FLOAT_NAME(x)
#include "pointwise_kernels.h"

#define REAL double
#define INT int64_t
#define UINT uint64_t
#define ADJ_DOUBLE 1
#define NAME(x) DOUBLE_NAME(x)
#include "pointwise_kernels.h"

#undef VECTOR_BYTES
#undef TARGET
#undef ADJ_FUSED
#undef ADJ_HALVES
#undef FLOAT_NAME
#undef DOUBLE_NAME
