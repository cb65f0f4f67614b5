// The rarer elementary functions over one vector; part of the template in pointwise_math.h. What has no vector
// form goes lane by lane through the C library.

#if ADJ_DOUBLE
static const REAL NAME(atan_fit)[] = { // (atan t / t - 1) / t^2 in t^2, |t| up to tan(pi / 8)
  -0.33333333333333333217, 0.19999999999999804328, -0.14285714285659777756, 0.11111111105150587894,
  -0.090909087532591129423, 0.076922963680422971183, -0.066664247602005201418, 0.058789275544738067649,
  -0.05230443640686947707, 0.045515447340221616522, -0.034569315063326089813, 0.016284375050043394444 };
#else
static const REAL NAME(atan_fit)[] = {
  -0.33333331760434555943f, 0.19999540314957969397f, -0.14263949753605724022f, 0.10743668324830098134f,
  -0.064517188693589580726f };
#endif

INLINE V NAME(copy_sign)(V x, V y) { return (V)(((VI)x & ~SIGN_BIT) | ((VI)y & SIGN_BIT)); }

// e^x - 1 without cancellation: (e^r - 1) 2^n + (2^n - 1), as long as 2^n - 1 is not 2^n itself.
INLINE V NAME(expm1)(V x) {
  V size = (V)((VI)x & ~SIGN_BIT), limit = NAME(splat)((REAL)(MANTISSA_BITS / 2));
  VI exponent;
  V p = NAME(reduced_expm1)(NAME(blend)(size > limit, limit, x), &exponent);
  V scale = NAME(power_of_two)(exponent);
  V result = NAME(blend)(size > limit, NAME(exp)(x) - 1, FMA(p, scale, scale - 1));
  result = NAME(blend)(x != x, x, result);
  return NAME(copy_sign)(result, x);
}

// log u for the rounded u = 1 + x, and what rounding has lost, to first order.
INLINE V NAME(log1p)(V x) {
  V u = x + 1, part = u - x;
  V lost = (1 - part) + (x - (u - part));
  V result = NAME(log)(u) + lost / u;
  VI plain = (u == x) | (u == NAME(splat)(0)); // infinite or far beyond 1; -1
  result = NAME(blend)(plain, NAME(log)(u), result);
  return NAME(blend)(x == NAME(splat)(0), x, result);
}

// Reduced by (t - 1) / (t + 1) or -1 / t to |t| up to tan(pi / 8).
INLINE V NAME(atan)(V x) {
  V size = (V)((VI)x & ~SIGN_BIT), zero = NAME(splat)(0);
  VI far = size > NAME(splat)((REAL)2.4142135623730950488), middle = size > NAME(splat)((REAL)0.41421356237309504880);
  V over = NAME(blend)(far, NAME(splat)(-1), NAME(blend)(middle, size - 1, size));
  V under = NAME(blend)(far, size, NAME(blend)(middle, size + 1, NAME(splat)(1)));
  V t = over / under, z = t * t;
  V base = NAME(blend)(far, NAME(splat)(HALF_PI_HIGH), NAME(blend)(middle, NAME(splat)(HALF_PI_HIGH / 2), zero));
  V rest = NAME(blend)(far, NAME(splat)(HALF_PI_MIDDLE), NAME(blend)(middle, NAME(splat)(HALF_PI_MIDDLE / 2), zero));
  V result = base + (FMA(t * z, HORNER(z, NAME(atan_fit)), rest) + t);
  return NAME(copy_sign)(result, x);
}

#define BY_LANE(expression) \
  V result = x; \
  for (int k = 0; k < LANES; k++) result[k] = (REAL)(expression); \
  return result;

INLINE V NAME(erf)(V x) { BY_LANE(LIBM(erf)(x[k])) }
INLINE V NAME(lgamma)(V x) { BY_LANE(adj_lgamma(x[k])) }
INLINE V NAME(power)(V x, V y) { BY_LANE(LIBM(pow)(x[k], y[k])) }
INLINE V NAME(truncating_remainder)(V x, V y) { BY_LANE(LIBM(fmod)(x[k], y[k])) }
INLINE V NAME(polygamma)(V x, V y) { BY_LANE(adj_polygamma((int)x[k], y[k])) }

#undef BY_LANE
