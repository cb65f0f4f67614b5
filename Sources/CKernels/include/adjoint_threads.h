// One thread pool for the whole process: libgomp's, which Debian's oneDNN runs on too.
#pragma once
#include <stdint.h>

/// Work for one thread of a team: `thread` counts from 0 to `threads` - 1.
typedef void (*adj_task)(void *context, int thread, int threads);

/// Processors this process may run on (honours affinity), at least 1.
int adj_processors(void);

/// Runs `task` once on each of `threads` threads and returns when all are done. Serial where libgomp
/// cannot be loaded: then `task` is called with thread = 0, threads = 1.
void adj_parallel(adj_task task, void *context, int threads);

/// 1 where libgomp was found at run time.
int adj_has_thread_pool(void);

/// How many threads oneDNN (and any OpenMP code called from this thread) may use from now on.
void adj_set_library_threads(int threads);
