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

/** What Kubernetes cuts a quantity to when it can't hold it as a whole number and a power of ten. */
const largest = 9_223_372_036_854_775_807n;
const nanosPerUnit = 1_000_000_000n;
const exponentMax = 2_147_483_647;
/** Digits that are held exactly as they are written, so that nothing is cut. */
const digitsHeld = 18;
/** No amount of anything is larger, and sums of it stay finite. */
const endOfReach = 1e30;
const form = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:([KMGTPE]i)|([eE][+-]?\d+)|([numkMGTPE]?))$/;

/**
 * Reads a Kubernetes `resource.Quantity`: `250m`, `1.5`, `512Mi`, `2G`, `1e3`. As there, what is finer than a
 * billionth is rounded away from zero, and what exceeds 2^63 - 1 is cut to it when it has a binary suffix or more than
 * 18 digits. A number stands for its own decimal text. Returns null when Kubernetes would refuse it.
 */
export function parseQuantity(input: string | number): number | null {
  const match = form.exec(String(input));
  if (match === null) return null;
  const [, sign, before = '', after, bare, binary, exponent, suffix] = match;
  const fraction = after ?? bare ?? '';
  const digits = BigInt(before + fraction);
  const magnitude =
    binary !== undefined
      ? rounded(digits << BigInt(10 * binaryExponent.get(binary)!), -fraction.length, true)
      : decimal(digits, decimalShift(exponent, suffix), fraction.length, before);
  if (magnitude === null) return null;
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

function decimalShift(exponent: string | undefined, suffix: string | undefined): number {
  return exponent === undefined ? decimalExponent.get(suffix ?? '')! : Number(exponent.slice(1));
}

/** null: the exponent is out of reach. */
function decimal(digits: bigint, exponent: number, decimals: number, before: string): number | null {
  if (Math.abs(exponent) > exponentMax) return null;
  const isCut = before.replace(/^0+(?=\d)/, '').length + decimals > digitsHeld;
  return rounded(digits, exponent - decimals, isCut);
}

/** `digits` × 10^exponent to whole billionths, rounded up. */
function rounded(digits: bigint, exponent: number, isCut: boolean): number {
  if (digits === 0n) return 0;
  const shift = exponent + 9;
  if (-shift > String(digits).length) return toNumber(1n);
  if (shift >= 0 && !isCut) return Math.min(Number(`${digits}e${exponent}`), endOfReach);
  // Beyond this bound the answer no longer depends on the digits, and the power of ten would be huge.
  if (shift > 40) return toNumber(largest * nanosPerUnit);
  const nanos = shift >= 0 ? digits * tenTo(shift) : (digits + tenTo(-shift) - 1n) / tenTo(-shift);
  return toNumber(nanos > largest * nanosPerUnit ? largest * nanosPerUnit : nanos);
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
