// The rarer elementary functions over one vector; part of the template in pointwise_math.h. What has no vector
// form goes lane by lane through the C library.

#if ADJ_DOUBLE
static const REAL NAME(atan_fit)[] = { // (atan t / t - 1) / t^2 in t^2, |t| up to tan(pi / 8)
  -0.33333333333333333217, 0.19999999999999804328, -0.14285714285659777756, 0.11111111105150587894,
  -0.090909087532591129423, 0.076922963680422971183, -0.066664247602005201418, 0.058789275544738067649,
  -0.05230443640686947707, 0.045515447340221616522, -0.034569315063326089813, 0.016284375050043394444 };
static const REAL NAME(erf_fit)[] = { // erf x / x - 1 in x^2, |x| up to 1
  0.12837916709551256654, -0.37612638903183540438, 0.11283791670945006266, -0.02686617064323777036,
  0.0052239776071164227321, -0.00085483259753896920806, 0.00012055294904839707917, -1.4924736907419660338e-5,
  1.644742470331736241e-6, -1.6208483801871705902e-7, 1.3720064546777685604e-8, -7.7958988270021422416e-10 };
static const REAL NAME(erfc_fit)[] = { // (1 - erf x) e^(x^2) in 2 / (2 + x), x from 1 to ERF_GREATEST
  1.2965841302986556289e-7, 0.28208975992917539772, 0.28218525546082206436, 0.24583414322512832959,
  0.1838751661873122079, 0.042165810841716533139, 0.1664023564229691377, -0.58838049845297752878,
  1.2007988921739575047, -2.2161112958308113052, 2.8689114876168767523, -2.3603463108671056587,
  1.171209502392138004, -0.29910874031127390839, 0.013174502501744024982, 0.0073011349958569170487 };
#define ERF_GREATEST 6.0
#else
static const REAL NAME(atan_fit)[] = {
  -0.33333331760434555943f, 0.19999540314957969397f, -0.14263949753605724022f, 0.10743668324830098134f,
  -0.064517188693589580726f };
static const REAL NAME(erf_fit)[] = {
  0.12837916584835094603f, -0.37612626666720331023f, 0.11283594715160217732f, -0.026854212010626412443f,
  0.0051890874234339739861f, -0.00080168642871658695293f, 0.000078758750626854883411f };
static const REAL NAME(erfc_fit)[] = {
  0.0006051183909673801049f, 0.27363434008439604154f, 0.33075713370285968285f, 0.10149541244293179319f,
  0.40349505334132824662f, -0.057065199963896122421f, -0.053630428076948061203f };
#define ERF_GREATEST 4.0f
#endif

INLINE V NAME(copy_sign)(V x, V y) { return (V)(((VI)x & ~SIGN_BIT) | ((VI)y & SIGN_BIT)); }

// e^x - 1 without cancellation: (e^r - 1) 2^n + (2^n - 1), as long as 2^n - 1 is not 2^n itself.
INLINE V NAME(expm1)(V x) {
  V size = (V)((VI)x & ~SIGN_BIT), limit = NAME(splat)((REAL)(MANTISSA_BITS / 2));
  V whole;
  VI exponent;
  V p = NAME(reduced_expm1)(NAME(blend)(size > limit, limit, x), &whole, &exponent);
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

// An odd polynomial up to 1, beyond it 1 - e^(-x^2) times another one.
INLINE V NAME(erf)(V x) {
  V size = (V)((VI)x & ~SIGN_BIT), top = NAME(splat)(ERF_GREATEST);
  V small = FMA(x, HORNER(x * x, NAME(erf_fit)), x);
  V s = NAME(blend)(size > top, top, size), t = 2 / (s + 2);
  V large = 1 - HORNER(t, NAME(erfc_fit)) * NAME(exp)(-(s * s));
  return NAME(blend)(size > NAME(splat)(1), NAME(copy_sign)(large, x), small);
}

#define BY_LANE(expression) \
  V result = x; \
  for (int k = 0; k < LANES; k++) result[k] = (REAL)(expression); \
  return result;

INLINE V NAME(lgamma)(V x) { BY_LANE(adj_lgamma(x[k])) }
INLINE V NAME(polygamma)(V x, V y) { BY_LANE(adj_polygamma((int)x[k], y[k])) }

#undef BY_LANE

#include "pointwise_inverse_erf.h"

#include "pointwise_power.h"

#undef ERF_GREATEST
