// Elementary functions over one vector; part of the template in pointwise_kernels.h.
// Argument reduction is Cody and Waite's, the polynomials are Chebyshev fits on the reduced intervals.

#if ADJ_DOUBLE
static const REAL NAME(exp_fit)[] = { // (e^r - 1 - r) / r^2
  0.5, 0.16666666666666671103, 0.041666666666666669835, 0.0083333333333259855701, 0.0013888888888883641505,
  0.00019841269875342142162, 2.4801587325920161742e-5, 2.7557254740405415099e-6, 2.7557273171941027719e-7,
  2.5105490906986695456e-8, 2.0914882563485069504e-9 };
static const REAL NAME(log_fit)[] = { // (log((1 + s) / (1 - s)) / s - 2) / s^2 in s^2
  0.66666666666666666456, 0.40000000000000912038, 0.28571428570782207716, 0.2222222239655298081,
  0.18181795124476753508, 0.15386267672882225032, 0.13268026140428739298, 0.13094416666525344015 };
static const REAL NAME(sin_fit)[] = { // (sin r / r - 1) / r^2 in r^2
  -0.16666666666666664599, 0.0083333333333309245621, -0.00019841269836722417756, 2.755731608381635861e-6,
  -2.5051127944014187575e-8, 1.5917848524808261007e-10 };
static const REAL NAME(cos_fit)[] = { // (cos r - 1 + r^2 / 2) / r^4 in r^2
  0.041666666666666665373, -0.0013888888888887382271, 2.4801587298743069286e-5, -2.7557317260008838164e-7,
  2.0876143827993132496e-9, -1.1382456778061305849e-11 };
static const REAL NAME(tanh_fit)[] = { // (tanh x / x - 1) / x^2 in x^2, |x| < TANH_SMALL
  -0.33333333333333332102, 0.13333333333332390931, -0.053968253967059396515, 0.021869488476962561362,
  -0.0088632340215295135964, 0.0035921055321327687723, -0.0014556239774192677815, 0.00058875371118348039075,
  -0.00023410556936672797301, 0.00008426522203958066102, -0.000020026740085317684745 };
#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define ROUNDER 0x1.8p52       // adding it leaves the nearest integer in the low bits
#define LN2_HIGH 0x1.62e42fefa3p-1 // few enough bits that n * LN2_HIGH is exact
#define LN2_LOW 0x1.3de6af278ece6p-42
#define HALF_PI_HIGH 0x1.921fb54442d18p+0
#define HALF_PI_MIDDLE 0x1.1a62633145c07p-54
#define HALF_PI_LOW -0x1.f1976b7ed8fbcp-110
#define EXP_LEAST -746.0
#define EXP_GREATEST 710.0
#define TANH_GREATEST 44.0     // of twice the argument: beyond it tanh rounds to 1
#define CIRCLE_LIMIT 1e9       // beyond it the three parts of pi / 2 no longer suffice
#define LEAST_NORMAL 0x1p-1022
#define SQRT_HALF 0.70710678118654752440
#define LIBM(function) function
#else
static const REAL NAME(exp_fit)[] = {
  0.5f, 0.16666576062275123971f, 0.041666553458651747225f, 0.0083633330821829432613f, 0.0013926375995803529266f };
static const REAL NAME(log_fit)[] = { // (log(1 + f) - f + f^2 / 2) / f^3
  0.33333331174276130295f, -0.24999996925400272378f, 0.20000717213085336657f, -0.16667807132962643061f,
  0.1424900724059369408f, -0.12425523359933802911f, 0.11685784721037066568f, -0.11481212058518441265f,
  0.069725186338795457642f };
static const REAL NAME(sin_fit)[] = {
  -0.16666666663832764478f, 0.0083333318659594140425f, -0.00019840082012765536548f, 2.7249314054698804748e-6f };
static const REAL NAME(cos_fit)[] = {
  0.04166666666430240589f, -0.001388888766471361966f, 2.4800596435621996802e-5f, -2.7300448619488354885e-7f };
static const REAL NAME(tanh_fit)[] = {
  -0.3333333169526054732f, 0.13333073813501169266f, -0.053901753164581233464f, 0.021263353447151622097f,
  -0.0065255721689981483556f };
#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define ROUNDER 0x1.8p23f
#define LN2_HIGH 0x1.62e4p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define HALF_PI_HIGH 0x1.921fb6p+0f
#define HALF_PI_MIDDLE -0x1.777a5cp-25f
#define HALF_PI_LOW -0x1.ee59dap-50f
#define EXP_LEAST -104.0f
#define EXP_GREATEST 89.0f
#define TANH_GREATEST 20.0f
#define CIRCLE_LIMIT 1e6f
#define LEAST_NORMAL 0x1p-126f
#define SQRT_HALF 0.70710678118654752440f
#define LIBM(function) function##f
#endif
#define TANH_SMALL ((REAL)0.5625)
#define LIFT_BITS (MANTISSA_BITS + 2) // enough to make every subnormal normal
#define LOG2_E ((REAL)1.442695040888963407359925)
#define TWO_OVER_PI ((REAL)0.6366197723675813430755351)
#define SIGN_BIT ((INT)((UINT)1 << (sizeof(REAL) * 8 - 1)))

#define HORNER(x, fit) NAME(horner)(x, fit, (int)(sizeof fit / sizeof fit[0]))
INLINE V NAME(horner)(V x, const REAL *fit, int terms) {
  V sum = NAME(splat)(fit[terms - 1]);
  for (int k = terms - 2; k >= 0; k--) sum = FMA(sum, x, NAME(splat)(fit[k]));
  return sum;
}

INLINE V NAME(power_of_two)(VI exponent) { return (V)((exponent + EXPONENT_BIAS) << MANTISSA_BITS); }

// x = whole * ln 2 + r with |r| <= ln 2 / 2; returns e^r - 1. `exponent` is the whole number too.
INLINE V NAME(reduced_expm1)(V x, V *whole, VI *exponent) {
  V rounder = NAME(splat)(ROUNDER);
  V shifted = FMA(x, NAME(splat)(LOG2_E), rounder);
  V n = *whole = shifted - rounder;
  *exponent = (VI)shifted - (VI)rounder;
  V r = FMA(n, NAME(splat)(-LN2_HIGH), x);
  r = FMA(n, NAME(splat)(-LN2_LOW), r);
  return FMA(r * r, HORNER(r, NAME(exp_fit)), r);
}

// p * 2^exponent, rounded once: where no instruction does it, in two halves so that results may be subnormal.
INLINE V NAME(scaled)(V p, V whole, VI exponent) {
#if defined(__x86_64__) && VECTOR_BYTES == 64 && ADJ_DOUBLE
  (void)exponent;
  return (V)_mm512_scalef_pd((__m512d)p, (__m512d)whole);
#elif defined(__x86_64__) && VECTOR_BYTES == 64
  (void)exponent;
  return (V)_mm512_scalef_ps((__m512)p, (__m512)whole);
#else
  (void)whole;
  VI half = exponent >> 1;
  return p * NAME(power_of_two)(half) * NAME(power_of_two)(exponent - half);
#endif
}

// The clamps compare so that NaN passes.
INLINE V NAME(exp)(V x) {
  x = NAME(blend)(x > NAME(splat)(EXP_GREATEST), NAME(splat)(EXP_GREATEST), x);
  x = NAME(blend)(x < NAME(splat)(EXP_LEAST), NAME(splat)(EXP_LEAST), x);
  V whole;
  VI exponent;
  V p = NAME(reduced_expm1)(x, &whole, &exponent) + 1;
  return NAME(scaled)(p, whole, exponent);
}

// An odd polynomial near 0, where the relative accuracy of the other form is lost: 1 - 2 / (e^2x + 1).
INLINE V NAME(tanh)(V x) {
  VI sign = (VI)x & SIGN_BIT;
  V size = (V)((VI)x & ~SIGN_BIT), square = size * size;
  V small = FMA(size * square, HORNER(square, NAME(tanh_fit)), size);
  V twice = size * 2;
  twice = NAME(blend)(twice > NAME(splat)(TANH_GREATEST), NAME(splat)(TANH_GREATEST), twice);
  V whole;
  VI exponent;
  V e = NAME(reduced_expm1)(twice, &whole, &exponent);
  V scale = NAME(power_of_two)(exponent);
  V large = 1 - 2 / FMA(e, scale, scale + 1);
  return (V)((VI)NAME(blend)(size < NAME(splat)(TANH_SMALL), small, large) | sign);
}

// log(1 + f) + n ln 2, with f in [sqrt(1/2) - 1, sqrt(2) - 1].
INLINE V NAME(log_of_reduced)(V f, V n) {
  V high = n * LN2_HIGH, half_square = f * f * (REAL)0.5;
#if ADJ_DOUBLE
  V s = f / (f + 2), z = s * s;
  V tail = s * FMA(z, HORNER(z, NAME(log_fit)), half_square);
  return high - ((half_square - FMA(n, NAME(splat)(LN2_LOW), tail)) - f);
#else
  V tail = f * f * f * HORNER(f, NAME(log_fit));
  tail = FMA(n, NAME(splat)(LN2_LOW), tail) - half_square;
  return high + (f + tail);
#endif
}

INLINE V NAME(log)(V x) {
  const REAL lift = (REAL)((INT)1 << LIFT_BITS), infinity = (REAL)__builtin_inf();
  VI subnormal = x < NAME(splat)(LEAST_NORMAL);
  VI bits = (VI)NAME(blend)(subnormal, x * lift, x);
  VI least = (VI)NAME(splat)(SQRT_HALF);
  VI exponent = (bits - least) >> MANTISSA_BITS;
  V f = (V)(bits - (exponent << MANTISSA_BITS)) - 1;
  exponent -= subnormal & LIFT_BITS;
  V rounder = NAME(splat)(ROUNDER);
  V n = (V)((VI)rounder + exponent) - rounder; // integer to floating point without a conversion AVX2 lacks
  V result = NAME(log_of_reduced)(f, n);
  result = NAME(blend)(x == NAME(splat)(infinity), x, result);
  result = NAME(blend)(x == NAME(splat)(0), NAME(splat)(-infinity), result);
  VI invalid = ~(x >= NAME(splat)(0)); // negative or NaN
  return NAME(blend)(invalid, NAME(splat)((REAL)__builtin_nan("")), result);
}

INLINE V NAME(circle_by_lane)(V x, VI lanes, V result, int quarter_turns) {
  for (int k = 0; k < LANES; k++)
    if (lanes[k]) result[k] = quarter_turns ? LIBM(cos)(x[k]) : LIBM(sin)(x[k]);
  return result;
}

// sin for quarter_turns = 0, cos for 1. Without fused multiply-add the reduction would lose too much: libm then.
INLINE V NAME(circle)(V x, int quarter_turns) {
#if ADJ_FUSED
  V size = (V)((VI)x & ~SIGN_BIT), rounder = NAME(splat)(ROUNDER);
  V shifted = FMA(size, NAME(splat)(TWO_OVER_PI), rounder);
  V n = shifted - rounder;
  VI quadrant = (VI)shifted + quarter_turns;
  V r = FMA(n, NAME(splat)(-HALF_PI_HIGH), size);
  r = FMA(n, NAME(splat)(-HALF_PI_MIDDLE), r);
  r = FMA(n, NAME(splat)(-HALF_PI_LOW), r);
  V z = r * r;
  V sine = FMA(r * z, HORNER(z, NAME(sin_fit)), r);
  V cosine = FMA(z * z, HORNER(z, NAME(cos_fit)), FMA(z, NAME(splat)((REAL)-0.5), NAME(splat)(1)));
  VI sign = (quadrant & 2) << (sizeof(REAL) * 8 - 2);
  if (quarter_turns == 0) sign ^= (VI)x & SIGN_BIT;
  V result = (V)((VI)NAME(blend)((quadrant & 1) != 0, cosine, sine) ^ sign);
  VI far = size > NAME(splat)((REAL)CIRCLE_LIMIT);
  if (__builtin_expect(__builtin_reduce_or(far) == 0, 1)) return result;
  return NAME(circle_by_lane)(x, far, result, quarter_turns);
#else
  return NAME(circle_by_lane)(x, (VI){0} == 0, x, quarter_turns);
#endif
}

#include "pointwise_math_more.h"

#undef MANTISSA_BITS
#undef EXPONENT_BIAS
#undef ROUNDER
#undef LN2_HIGH
#undef LN2_LOW
#undef HALF_PI_HIGH
#undef HALF_PI_MIDDLE
#undef HALF_PI_LOW
#undef EXP_LEAST
#undef EXP_GREATEST
#undef TANH_GREATEST
#undef CIRCLE_LIMIT
#undef LEAST_NORMAL
#undef SQRT_HALF
#undef LIBM
#undef TANH_SMALL
#undef LIFT_BITS
#undef LOG2_E
#undef TWO_OVER_PI
#undef SIGN_BIT
#undef HORNER
