const binaryExponent: ReadonlyMap<string, number> = new Map([
  ['Ki', 1],
  ['Mi', 2],
  ['Gi', 3],
  ['Ti', 4],
  ['Pi', 5],
  ['Ei', 6],
]);
const decimalExponent: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);

/** Kubernetes keeps no quantity beyond the range of a signed 64-bit integer: larger ones become this. */
const largest = 9_223_372_036_854_775_807n;
const nanosPerUnit = 1_000_000_000n;
const form = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:([KMGTPE]i)|([eE][+-]?\d+)|([numkMGTPE]?))$/;

/**
 * Reads a Kubernetes `resource.Quantity`: `250m`, `1.5`, `512Mi`, `2G`, `1e3`. As there, what is finer than a
 * billionth is rounded away from zero and what exceeds 2^63 - 1 is cut to it. A number stands for its own
 * decimal text. Returns null when Kubernetes would refuse it.
 */
export function parseQuantity(input: string | number): number | null {
  const match = form.exec(String(input));
  if (match === null) return null;
  const fraction = match[3] ?? match[4] ?? '';
  const digits = BigInt((match[2] ?? '') + fraction);
  const nanos =
    match[5] !== undefined
      ? nanosOf(digits << BigInt(10 * binaryExponent.get(match[5])!), -fraction.length)
      : nanosOf(digits, decimalShift(match[6], match[7]) - fraction.length);
  if (nanos === null) return null;
  const magnitude = toNumber(nanos);
  return match[1] === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

function decimalShift(exponent: string | undefined, suffix: string | undefined): number {
  return exponent === undefined ? decimalExponent.get(suffix ?? '')! : Number(exponent.slice(1));
}

/** `digits` × 10^exponent in billionths, rounded up, at most the largest quantity; null: exponent out of reach. */
function nanosOf(digits: bigint, exponent: number): bigint | null {
  if (!Number.isSafeInteger(exponent)) return null;
  if (digits === 0n) return 0n;
  const shift = exponent + 9;
  // Beyond these bounds the answer no longer depends on the digits, and the powers of ten would be huge.
  if (shift > 40) return largest * nanosPerUnit;
  if (-shift > String(digits).length) return 1n;
  const nanos = shift >= 0 ? digits * tenTo(shift) : (digits + tenTo(-shift) - 1n) / tenTo(-shift);
  return nanos > largest * nanosPerUnit ? largest * nanosPerUnit : nanos;
}

function tenTo(exponent: number): bigint {
  return BigInt('1' + '0'.repeat(exponent));
}

/** The nearest number: decimal text is the one conversion that is correctly rounded for both parts at once. */
function toNumber(nanos: bigint): number {
  return Number(`${nanos}e-9`);
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** Bytes for people, three significant digits: `512 MiB`, `1.5 GiB`, `97 B`. */
export function formatBytes(bytes: number): string {
  if (bytes < 0) return '-' + formatBytes(-bytes);
  let unit = 0;
  let amount = bytes;
  while (Math.round(amount) >= 1024 && unit < byteUnits.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${significant(amount)} ${byteUnits[unit]}`;
}

/** Cores as Kubernetes writes them: `250m`, `2`, `1.5`; below a thousandth `0.4m`. */
export function formatCores(cores: number): string {
  return Math.abs(cores) < 0.9995 && cores !== 0 ? `${significant(cores * 1000)}m` : significant(cores);
}

function significant(amount: number): string {
  return String(Math.abs(amount) >= 100 ? Math.round(amount) : Number(amount.toPrecision(3)));
}
