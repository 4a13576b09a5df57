/** Fidelity: `resource.Quantity.String` of apimachinery 1.32: the canonical form, with the largest suffix that loses nothing. */
import type { Quantity } from '../../objects/meta.ts';

const decimalSuffixes = ['', 'k', 'M', 'G', 'T', 'P', 'E'];
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** Written with suffixes of powers of 1024. */
export function isBinary(quantity: Quantity | undefined): boolean {
  return typeof quantity === 'string' && quantity.endsWith('i');
}

/** Whole units; `binary` as the quantity that it is compared with is written. */
export function quantityText(units: number, binary: boolean): string {
  // Below one Ki there is nothing to shorten, and Kubernetes writes plain numbers.
  return binary && Math.abs(units) >= 1024
    ? shortened(units, 1024, binarySuffixes)
    : shortened(units, 1000, decimalSuffixes);
}

/** Whole thousandths: `1500m`, `2`. */
export function milliText(milli: number): string {
  return milli % 1000 === 0 ? shortened(milli / 1000, 1000, decimalSuffixes) : `${milli}m`;
}

/** An amount in the unit of `Amounts`: millicores for cpu, whole units else. */
export function amountText(isCpu: boolean, amount: number, like: Quantity | undefined): string {
  return isCpu ? milliText(amount) : quantityText(amount, isBinary(like));
}

function shortened(units: number, base: number, suffixes: readonly string[]): string {
  let left = units;
  let power = 0;
  while (left !== 0 && left % base === 0 && power < suffixes.length - 1) {
    left /= base;
    power++;
  }
  return `${left}${suffixes[power]}`;
}
