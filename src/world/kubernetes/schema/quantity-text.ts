/**
 * Fidelity: the canonical form in which the API server returns quantities (apimachinery api/resource, 1.32): no fraction, no
 * loss of precision, the largest suffix of the family in which it was written: `0.5` becomes `500m`, `1024Mi` becomes `1Gi`.
 * As there, no digits at all are a zero. Beyond `E` the later form `1e21` is given for `1000E`, of which 1.32 drops the magnitude.
 */
const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:([KMGTPE]i)|[eE]([+-]?\d+)|([numkMGTPE]?))$/;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const finest = -9;
const coarsest = 18;
const exponentMax = 2_147_483_647;
/** What a quantity with a binary suffix, or one of more digits than are held exactly, is cut to. */
const largest = 9_223_372_036_854_775_807n;
const digitsHeld = 18;

const known = new Map<string, string | null>();
const knownMax = 10_000;

/** The canonical text of a quantity, or null when it isn't one. */
export function canonicalQuantity(written: string | number): string | null {
  const text = String(written);
  let canonical = known.get(text);
  if (canonical === undefined) {
    canonical = canonicalOf(text);
    if (known.size < knownMax) known.set(text, canonical);
  }
  return canonical;
}

/** Why a text is no quantity, in the decoder's words; null: it is one. */
export function quantityError(text: string): string | null {
  if (canonicalQuantity(text) !== null) return null;
  if (text === '') return 'empty string for quantity';
  return /^[+-]?(\d+\.?\d*|\.\d+)/.test(text) && !/^[+-]?[\d.]+[^A-Za-z]/.test(text)
    ? "unable to parse quantity's suffix"
    : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
}

function canonicalOf(text: string): string | null {
  const match = form.exec(text);
  if (match === null || text === '') return null;
  const [, sign, whole, fraction = '', binary, exponent, suffix = ''] = match;
  if (exponent !== undefined && Math.abs(Number(exponent)) > exponentMax) return null;
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return '0';
  const minus = sign === '-' ? '-' : '';
  if (binary !== undefined)
    return minus + binaryText(digits, fraction.length, binarySuffixes.indexOf(binary));
  const power = exponent === undefined ? (decimalSuffixes.indexOf(suffix) - 3) * 3 : Number(exponent);
  const scientific = exponent !== undefined;
  if (isCut(digits, power - fraction.length, whole, fraction))
    return minus + decimalText(largest, 0, scientific);
  return minus + decimalText(digits, power - fraction.length, scientific);
}

function isCut(digits: bigint, power: number, whole: string, fraction: string): boolean {
  if (whole.replace(/^0+(?=\d)/, '').length + fraction.length <= digitsHeld) return false;
  const length = String(digits).length + power;
  if (length !== 19) return length > 19;
  return (power >= 0 ? digits * tenTo(power) : digits / tenTo(-power)) > largest;
}

function tenTo(power: number): bigint {
  return BigInt(`1${'0'.repeat(power)}`);
}

/** digits × 10^power. */
function decimalText(digits: bigint, power: number, scientific: boolean): string {
  let [amount, scale] = withoutZeros(digits, power);
  if (scale < finest) {
    const dropped = finest - scale;
    // Rounded up: of digits that are all too fine one billionth is left.
    amount = dropped > String(amount).length ? 1n : (amount + tenTo(dropped) - 1n) / tenTo(dropped);
    [amount, scale] = withoutZeros(amount, finest);
  }
  for (; scale % 3 !== 0; scale--) amount *= 10n;
  if (scientific || scale > coarsest) return scale === 0 ? `${amount}` : `${amount}e${scale}`;
  return `${amount}${decimalSuffixes[scale / 3 + 3]}`;
}

function withoutZeros(digits: bigint, power: number): [bigint, number] {
  let amount = digits;
  let scale = power;
  for (; amount % 10n === 0n; scale++) amount /= 10n;
  return [amount, scale];
}

/** digits × 10^-decimals × 1024^power; below 1024 written as a decimal. */
function binaryText(digits: bigint, decimals: number, power: number): string {
  const scaled = digits << BigInt(10 * power);
  const ten = tenTo(decimals);
  if (scaled < 1024n * ten) return decimalText(scaled, -decimals, false);
  let amount = (scaled + ten - 1n) / ten;
  if (amount > largest) return `${largest}`;
  let suffix = 0;
  for (; amount % 1024n === 0n && suffix < binarySuffixes.length - 1; suffix++) amount /= 1024n;
  return `${amount}${binarySuffixes[suffix]}`;
}
