/**
 * Tables for Marsaglia and Tsang's ziggurat: a falling density is covered by 256 layers of equal area, so that one
 * comparison decides nearly every sample. Layer i reaches from 0 to width[i]; the part below width[i + 1] lies
 * wholly under the curve. Layer 0 is the base: a rectangle up to the tail point, plus the tail.
 */
const layers = 256;

/** Where the tail begins, and the area of a layer: the solution that makes the last layer end at the top. */
export const exponentialTail = 7.69711747013105;
const exponentialArea = 0.003949659822581557;
export const normalTail = 3.6541528853610088;
const normalArea = 0.00492867323399;

export const exponentialWidth: Float64Array = widths(
  exponentialTail,
  exponentialArea,
  exponentialDensity,
  (y) => -Math.log(y),
);
export const exponentialHeight: Float64Array = exponentialWidth.map(exponentialDensity);

export const normalWidth: Float64Array = widths(normalTail, normalArea, normalDensity, (y) =>
  Math.sqrt(-2 * Math.log(y)),
);
export const normalHeight: Float64Array = normalWidth.map(normalDensity);

function exponentialDensity(x: number): number {
  return Math.exp(-x);
}

/** Without its constant factor. */
function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x);
}

function widths(
  tail: number,
  area: number,
  density: (x: number) => number,
  inverse: (y: number) => number,
): Float64Array {
  const width = new Float64Array(layers + 1);
  width[0] = area / density(tail);
  width[1] = tail;
  for (let i = 2; i < layers; i++) width[i] = inverse(density(width[i - 1]) + area / width[i - 1]);
  return width;
}
