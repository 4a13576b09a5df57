/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const complex = (re: number, im = 0): Complex => ({ re, im });
export const add = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
export const subtract = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
export const scale = (a: Complex, factor: number): Complex => ({ re: a.re * factor, im: a.im * factor });
export const multiply = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});
export const reciprocal = (a: Complex): Complex => {
  const norm = a.re * a.re + a.im * a.im;
  return { re: a.re / norm, im: -a.im / norm };
};
export const divide = (a: Complex, b: Complex): Complex => multiply(a, reciprocal(b));
export const exponential = (a: Complex): Complex => {
  const size = Math.exp(a.re);
  return { re: size * Math.cos(a.im), im: size * Math.sin(a.im) };
};
/** Principal branch. */
export const logarithm = (a: Complex): Complex => ({
  re: Math.log(Math.hypot(a.re, a.im)),
  im: Math.atan2(a.im, a.re),
});
/** a to a real power, principal branch. */
export const power = (a: Complex, exponent: number): Complex => exponential(scale(logarithm(a), exponent));
