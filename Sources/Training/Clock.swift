import Glibc

/// Seconds since some fixed point, by a clock that nobody sets.
package func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + 1e-9 * Double(now.tv_nsec)
}

/// Seconds since the beginning of 1970.
func wallSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_REALTIME, &now)
  return Double(now.tv_sec) + 1e-9 * Double(now.tv_nsec)
}
