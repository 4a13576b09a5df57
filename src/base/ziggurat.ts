/**
 * Tables for Marsaglia and Tsang's ziggurat: a falling density is covered by 256 layers of equal area, so that one
 * comparison decides nearly every sample. Layer i reaches from 0 to width[i]; the part below width[i + 1] lies
 * wholly under the curve. Layer 0 is the base: a rectangle up to the tail point, plus the tail.
 */
export interface Ziggurat {
  /** Where the tail begins. */
  readonly tail: number;
  readonly width: Float64Array;
  /** Width over 2^53: a 53-bit integer times this is uniform over the layer. */
  readonly step: Float64Array;
  /** The density at `width`. */
  readonly height: Float64Array;
}

const layers = 256;
const twoTo53 = 9_007_199_254_740_992;

/** Tail and area are the pair that makes the last layer end at the top of the density. */
function ziggurat(
  tail: number,
  area: number,
  density: (x: number) => number,
  inverse: (y: number) => number,
): Ziggurat {
  const width = new Float64Array(layers + 1);
  width[0] = area / density(tail);
  width[1] = tail;
  for (let i = 2; i < layers; i++) width[i] = inverse(density(width[i - 1]) + area / width[i - 1]);
  return { tail, width, step: width.map((x) => x / twoTo53), height: width.map(density) };
}

export const exponentialZiggurat: Ziggurat = ziggurat(
  7.69711747013105,
  0.003949659822581557,
  (x) => Math.exp(-x),
  (y) => -Math.log(y),
);

/** Of the right half, without its constant factor. */
export const normalZiggurat: Ziggurat = ziggurat(
  3.6541528853610088,
  0.00492867323399,
  (x) => Math.exp(-0.5 * x * x),
  (y) => Math.sqrt(-2 * Math.log(y)),
);
