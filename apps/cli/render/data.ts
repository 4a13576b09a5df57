import type { Terminal } from '../terminal.ts';
import { toJson } from './json.ts';
import { toYaml } from './yaml.ts';

export type DataFormat = 'json' | 'yaml';

/** A value as data for other programs. */
export function printData(value: unknown, format: DataFormat, out: Terminal): void {
  out.write(format === 'yaml' ? toYaml(value) : `${toJson(value)}\n`);
}
