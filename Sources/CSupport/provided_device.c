#include "adjoint_support.h"

// An engine defines this symbol; where none is linked it is null.
#if !defined(__wasm__)
extern void *adjoint_make_device(void) __attribute__((weak));
void *adj_provided_device(void) { return adjoint_make_device ? adjoint_make_device() : NULL; }
#else
void *adj_provided_device(void) { return NULL; }
#endif
