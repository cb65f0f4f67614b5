// Uniform random numbers by the finaliser of SplitMix64, as RandomKey has it.
#include "adjoint_random.h"
#include "adjoint_threads.h"
#include "instruction_sets.h"
#include "thread_share.h"

enum { random_grain = 1024 };

static const float greatest_f32 = 0x1.fffffep-1f;
static const double greatest_f64 = 0x1.fffffffffffffp-1;

#define ELEMENT_TEMPLATE "random.inc"
#include "each_element.inc"
