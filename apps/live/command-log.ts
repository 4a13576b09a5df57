import type { Command } from '../../src/model/model.ts';

/**
 * The commands of a live run as text: the first line says which run it was, each further line is one command. With them the
 * same run can be made again.
 */

export interface LogManifest {
  readonly simulator: string;
  readonly modelHash: string;
  readonly scenario: string;
  readonly seed: number;
  /** What was changed on the command line, as it was given. */
  readonly set: readonly string[];
  /** As it was given; null: the scenario's. */
  readonly duration: string | null;
  /** Where the live run ended, in virtual time: a replay ends there too. */
  readonly endedAtMicros: number;
  /** Over every event of the live run. */
  readonly traceHash: string;
}

export interface CommandLog {
  readonly manifest: LogManifest;
  readonly commands: readonly Command[];
}

/** A log that can't be read; the message names the line. */
export class CommandLogError extends Error {}

/** NDJSON. Commands stand in the order of their times. */
export function commandLogText({ manifest, commands }: CommandLog): string {
  const { simulator, modelHash, scenario, seed, set, duration, endedAtMicros, traceHash } = manifest;
  const run = { simulator, modelHash, scenario, seed, set, duration, endedAtMicros, traceHash };
  const first = { kind: 'CommandLog', version: 1, ...run };
  return [first, ...commands].map((line) => `${JSON.stringify(line)}\n`).join('');
}

export function readCommandLog(text: string): CommandLog {
  const lines = text.split('\n');
  const [first, ...commands] = lines
    .map((line, at) => ({ line, number: at + 1 }))
    .filter(({ line }) => line.trim() !== '')
    .map(({ line, number }) => ({ value: parsed(line, number), number }));
  const manifest = first?.value as unknown as
    | ({ kind?: unknown; version?: unknown } & LogManifest)
    | undefined;
  if (manifest?.kind !== 'CommandLog' || !saysWhich(manifest))
    throw new CommandLogError('line 1 does not say which run it was: it is not a log of commands');
  if (manifest.version !== 1)
    throw new CommandLogError(`line 1: there is no version ${String(manifest.version)}`);
  return { manifest, commands: commands.map(({ value, number }) => commandOf(value, number)) };
}

function saysWhich({ seed, modelHash, set, duration, endedAtMicros, traceHash }: LogManifest): boolean {
  return (
    Number.isSafeInteger(seed) &&
    [modelHash, traceHash].every((hash) => typeof hash === 'string') &&
    Array.isArray(set) &&
    set.every((assignment) => typeof assignment === 'string') &&
    (duration === null || typeof duration === 'string') &&
    Number.isSafeInteger(endedAtMicros) &&
    endedAtMicros >= 0
  );
}

function parsed(line: string, number: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Told below, as whatever else is no object.
  }
  throw new CommandLogError(`line ${number} is not a JSON object`);
}

/** Requests alone are kept: what a scenario states itself is in its model. */
function commandOf(value: Readonly<Record<string, unknown>>, number: number): Command {
  const { atMicros, kind, request } = value as { atMicros?: unknown; kind?: unknown; request?: unknown };
  if (!Number.isSafeInteger(atMicros) || (atMicros as number) < 0)
    throw new CommandLogError(`line ${number}: atMicros is not a time`);
  if (kind !== 'request' || !isRequest(request)) throw new CommandLogError(`line ${number} is not a request`);
  return value as unknown as Command;
}

function isRequest(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const request = value as Readonly<Record<string, unknown>>;
  const texts = ['method', 'path', 'accept', 'contentType', 'userAgent'];
  if (!texts.every((name) => typeof request[name] === 'string')) return false;
  const { query } = request;
  return (
    typeof query === 'object' &&
    query !== null &&
    Object.values(query).every((text) => typeof text === 'string')
  );
}
