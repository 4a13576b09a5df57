/**
 * Fidelity: the canonical form in which the API server returns quantities (apimachinery api/resource, 1.32): no fraction, no
 * loss of precision, the largest suffix of the family in which it was written: `0.5` becomes `500m`, `1024Mi` becomes `1Gi`.
 */
const form = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:([KMGTPE]i)|[eE]([+-]?\d{1,3})|([numkMGTPE]?))$/;
const decimalSuffixes = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const finest = -9;
const coarsest = 18;

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
  if (match === null) return null;
  const [, sign, whole = '', rest, bare, binary, exponent, suffix = ''] = match;
  const fraction = rest ?? bare ?? '';
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return '0';
  const minus = sign === '-' ? '-' : '';
  if (binary !== undefined)
    return minus + binaryText(digits, fraction.length, binarySuffixes.indexOf(binary));
  const power = exponent === undefined ? (decimalSuffixes.indexOf(suffix) - 3) * 3 : Number(exponent);
  return minus + decimalText(digits, power - fraction.length, exponent !== undefined);
}

/** digits × 10^power. */
function decimalText(digits: bigint, power: number, scientific: boolean): string {
  let amount = digits;
  let scale = power;
  while (amount % 10n === 0n) {
    amount /= 10n;
    scale++;
  }
  for (; scale < finest; scale++) amount = (amount + 9n) / 10n;
  while (amount % 10n === 0n) {
    amount /= 10n;
    scale++;
  }
  for (; scale % 3 !== 0 || scale > coarsest; scale--) amount *= 10n;
  if (scientific) return scale === 0 ? `${amount}` : `${amount}e${scale}`;
  return `${amount}${decimalSuffixes[scale / 3 + 3]}`;
}

/** digits × 10^-decimals × 1024^power; below 1024 written as a decimal. */
function binaryText(digits: bigint, decimals: number, power: number): string {
  const scaled = digits << BigInt(10 * power);
  const ten = BigInt(`1${'0'.repeat(decimals)}`);
  if (scaled < 1024n * ten) return decimalText(scaled, -decimals, false);
  let amount = (scaled + ten - 1n) / ten;
  let suffix = 0;
  for (; amount % 1024n === 0n && suffix < binarySuffixes.length - 1; suffix++) amount /= 1024n;
  return `${amount}${binarySuffixes[suffix]}`;
}
