/**
 * The commands of a live run as text: the first line says which run it was, each further line is one command. With them the
 * same run can be made again.
 */

export interface LogManifest {
  readonly simulator: string;
  readonly modelHash: string;
  readonly scenario: string;
  readonly seed: number;
}

/** NDJSON. Commands stand in the order of their times. */
export function commandLogText(manifest: LogManifest, commands: readonly unknown[]): string {
  const { simulator, modelHash, scenario, seed } = manifest;
  const first = { kind: 'CommandLog', version: 1, simulator, modelHash, scenario, seed };
  return [first, ...commands].map((line) => `${JSON.stringify(line)}\n`).join('');
}
