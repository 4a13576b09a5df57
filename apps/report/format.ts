/**
 * Figures as people read them. Used while the report is written and by its script in the browser, so it
 * depends on neither; no locale functions, because the same result must give the same bytes everywhere.
 */

/** The units that a result's series use, as `src/model/result.ts` names them. */
export type Unit = 'perSecond' | 'milliseconds' | 'ratio' | 'count' | 'cores';

/** Digits in groups of three: 1234567.8 → `1,234,567.8`. */
export function groupDigits(decimal: string): string {
  const [whole, fraction] = decimal.split('.') as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A number with `digits` significant digits, never fewer than its whole part, without trailing zeros. */
export function formatNumber(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size < 1e-6) return minus(value.toExponential(digits - 1));
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const fixed = value.toFixed(Math.min(places, 20));
  return minus(groupDigits(fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed));
}

function minus(text: string): string {
  return text.startsWith('-') ? `−${text.slice(1)}` : text;
}

/** A share as per cent; close to 100 % it keeps the digits that tell it apart: 0.99995 → `99.995 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  const missing = 100 - percent;
  if (!(missing > 1e-9 && missing < 1)) return `${formatNumber(percent)}\u00a0%`;
  const places = Math.min(8, 1 - Math.floor(Math.log10(missing)));
  return `${percent.toFixed(places).replace(/\.?0+$/, '')}\u00a0%`;
}

/** Milliseconds in the unit that reads best: `0.42 ms`, `12.3 ms`, `1.52 s`, `2 min 5 s`. */
export function formatMillis(millis: number): string {
  if (Math.abs(millis) < 1000) return `${formatNumber(millis)}\u00a0ms`;
  if (millis < 60_000) return `${formatNumber(millis / 1000)}\u00a0s`;
  return formatDuration(millis / 1000);
}

/** A length of time, two units at most: `24 h`, `1 h 30 min`, `45 s`, `250 ms`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) return '0\u00a0s';
  if (seconds < 60)
    return seconds < 1 ? `${formatNumber(seconds * 1000)}\u00a0ms` : `${formatNumber(seconds)}\u00a0s`;
  const sizes = [86_400, 3600, 60, 1];
  const names = ['d', 'h', 'min', 's'];
  let rest = Math.round(seconds);
  const first = sizes.findIndex((size, index) => rest >= size && (index > 0 || rest > size));
  const parts: string[] = [];
  for (let index = first; index < Math.min(first + 2, 4); index++) {
    const amount = Math.floor(rest / sizes[index]!);
    rest -= amount * sizes[index]!;
    if (amount > 0) parts.push(`${amount}\u00a0${names[index]}`);
  }
  return parts.join(' ');
}

/** A value of a series with its unit. */
export function formatQuantity(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  switch (unit) {
    case 'perSecond':
      return `${formatNumber(value)}/s`;
    case 'milliseconds':
      return formatMillis(value);
    case 'ratio':
      return formatShare(value);
    case 'cores':
      return `${formatNumber(value)}\u00a0cores`;
    case 'count':
      return formatNumber(value);
  }
}

/** An amount of money: cents above one, three digits below. */
export function formatMoney(amount: number, currency: string): string {
  const figure = Math.abs(amount) >= 1 ? minus(groupDigits(amount.toFixed(2))) : formatNumber(amount);
  return `${figure}\u00a0${currency}`;
}

/** A factor: `0.8×`, `27×`. */
export function formatFactor(factor: number): string {
  return `${formatNumber(factor, 2)}×`;
}

/** A whole count in full: `1,234,567`. */
export function formatCount(count: number): string {
  return minus(groupDigits(String(count)));
}

/** A large count in words short enough for a headline: `1.23 million`. */
export function formatLarge(count: number): string {
  if (count >= 1e9) return `${formatNumber(count / 1e9)}\u00a0billion`;
  if (count >= 1e6) return `${formatNumber(count / 1e6)}\u00a0million`;
  return formatCount(count);
}

/** `one` or `many` by count, with the count before it: `1 objective`, `3 objectives`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
