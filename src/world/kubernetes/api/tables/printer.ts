/**
 * Fidelity: what tables are made of (pkg/printers and apimachinery util/duration, 1.32): columns, cells, and how times, lists and
 * missing values read.
 */
import { microsPerSecond } from '../../../../base/time.ts';
import type { KubeObject, Labels } from '../../objects/meta.ts';
import type { Clock } from '../../store/clock.ts';

export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'boolean' | 'number' | 'date';
  readonly format: string;
  readonly description: string;
  /** 1: shown by `-o wide` alone. */
  readonly priority: number;
}

export type Cell = string | number | boolean | null;

export interface PrintContext {
  readonly clock: Clock;
}

/** How one kind of object is printed. */
export interface Printer {
  readonly columns: readonly Column[];
  cells(object: KubeObject, context: PrintContext): readonly Cell[];
}

/** `Name`, `Desired:integer`, with `*` at the end: in wide tables alone. */
export function columns(...texts: readonly string[]): readonly Column[] {
  return texts.map((text, at) => {
    const wide = text.endsWith('*');
    const [name, type = 'string'] = (wide ? text.slice(0, -1) : text).split(':');
    const format = at === 0 && name === 'Name' ? 'name' : name === 'Name' ? 'name' : '';
    return { name, type: type as Column['type'], format, description: '', priority: wide ? 1 : 0 };
  });
}

export const none = '<none>';
export const unknown = '<unknown>';

/** `5s`, `3m20s`, `2d4h`: as kubectl shows ages. */
export function humanDuration(micros: number): string {
  const seconds = Math.trunc(micros / microsPerSecond);
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return joined(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return joined(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return joined(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return days < 2920 ? joined(years, 'y', days % 365, 'd') : `${years}y`;
}

function joined(first: number, unit: string, second: number, smaller: string): string {
  return second === 0 ? `${first}${unit}` : `${first}${unit}${second}${smaller}`;
}

/** How long ago a timestamp was. */
export function since(timestamp: string | undefined | null, { clock }: PrintContext): string {
  if (timestamp === undefined || timestamp === null) return unknown;
  const micros = clock.microsOf(timestamp);
  return Number.isFinite(micros) ? humanDuration(clock.nowMicros - micros) : unknown;
}

export function age(object: KubeObject, context: PrintContext): string {
  return since(object.metadata.creationTimestamp, context);
}

/** `a=b,c=d`; `<none>` for nothing. */
export function labelText(labels: Labels | undefined): string {
  const pairs = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return pairs.length === 0 ? none : pairs.map(([key, value]) => `${key}=${value}`).join(',');
}

/** A member as deep as the path goes; undefined when any part is missing. */
export function member(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

export function textAt(object: unknown, ...path: readonly string[]): string {
  const value = member(object, ...path);
  return value === undefined || value === null ? '' : String(value);
}

export function numberAt(object: unknown, ...path: readonly string[]): number {
  const value = member(object, ...path);
  return typeof value === 'number' ? value : 0;
}

export function listAt(object: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = member(object, ...path);
  return Array.isArray(value) ? value : [];
}

export function sizeAt(object: unknown, ...path: readonly string[]): number {
  const value = member(object, ...path);
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

/** Names and images of a pod template's containers, separated by commas. */
export function containerCells(template: unknown): readonly [names: string, images: string] {
  const containers = listAt(template, 'spec', 'containers');
  const texts = (field: string) => containers.map((container) => textAt(container, field)).join(',');
  return [texts('name'), texts('image')];
}
