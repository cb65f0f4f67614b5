// Special functions of one number, in double precision; private to pointwise.c.
#pragma once
#include <math.h>

#define PI 3.14159265358979323846

double lgamma_r(double x, int *sign); // unlike lgamma it shares nothing between threads

static double adj_lgamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

// The sum over k of B_2k (2k + order - 1)! / ((2k)! x^2k), over (order - 1)!, or over 1 for order 0.
static double polygamma_tail(int order, double x) {
  static const double bernoulli[] = { // B_2k / (2k)!
    0x1.5555555555555p-4, -0x1.6c16c16c16c17p-10, 0x1.1566abc011567p-15, -0x1.bbd779334ef0bp-21,
    0x1.66a8f2bf70ebep-26, -0x1.22805d644267fp-31, 0x1.d6db2c4e09162p-37, -0x1.7da4e1f79955cp-42,
    0x1.355871d652e9ep-47, -0x1.f57d968caacf1p-53 };
  double square = x * x, power = 1, factor = order == 0 ? 1 : order, sum = 0;
  for (int k = 0; k < 10; k++) {
    power /= square;
    factor *= order + 2 * k + 1;
    sum += bernoulli[k] * factor * power;
    factor *= order + 2 * k + 2;
  }
  return sum;
}

// Recurrence up to where the asymptotic series holds; reflection far below zero for orders 0 and 1.
static double adj_polygamma(int order, double x) {
  if (x != x || (x <= 0 && x == floor(x))) return x == 0 && order == 0 ? copysign(INFINITY, -x) : NAN;
  if (x < -100) {
    double turn = PI * (x - floor(x));
    if (order == 0) return adj_polygamma(0, 1 - x) - PI / tan(turn);
    if (order == 1) return PI * PI / (sin(turn) * sin(turn)) - adj_polygamma(1, 1 - x);
    return NAN;
  }
  double factorial = 1; // (order - 1)!
  for (int k = 2; k < order; k++) factorial *= k;
  double sum = 0, start = 12 + 0.5 * order;
  for (; x < start; x += 1) {
    double power = 1 / x;
    for (int k = 0; k < order; k++) power /= x;
    sum += power;
  }
  if (order == 0) return log(x) - 0.5 / x - polygamma_tail(0, x) - sum;
  double scale = factorial;
  for (int k = 0; k < order; k++) scale /= x;
  double value = scale * (1 + 0.5 * order / x + polygamma_tail(order, x)) + factorial * order * sum;
  return order % 2 ? value : -value;
}

#undef PI
