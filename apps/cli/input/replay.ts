import { resolve } from 'node:path';
import type { Command } from '../../../src/model/model.ts';
import { modelHash } from '../../../src/run/model-hash.ts';
import { simulatorVersion } from '../../../src/run/version.ts';
import { type CommandLog, CommandLogError, readCommandLog } from '../../live/command-log.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../exit-code.ts';
import type { Prepared, PrepareOptions } from './prepare.ts';
import { readText } from './read.ts';

const logBytesMax = 256 * 1024 * 1024;

/** What a replay adds to a run. */
export interface Replay {
  readonly seed: number;
  readonly commands: readonly Command[];
  /** Where the live run ended. */
  readonly endedAtMicros: number;
  /** Of the live run. */
  readonly traceHash: string;
}

/** What a log was kept with holds for its replay, unless something else is asked for. */
export function withLogged<Options extends PrepareOptions>(
  chosen: Options,
  { manifest }: CommandLog,
): Options {
  if (chosen.set.length > 0 || chosen.duration !== undefined) return chosen;
  const { set, duration } = manifest;
  return { ...chosen, set, ...(duration === null ? {} : { duration }) };
}

/** The changes of a live run, to be made again in the same scenario. */
export function replayOf(
  file: string,
  { manifest, commands }: CommandLog,
  prepared: readonly Prepared[],
  context: Context,
): Replay {
  const [one, ...others] = prepared;
  if (one === undefined || others.length > 0) throw new UsageError('--replay is for one scenario.');
  if (manifest.modelHash !== modelHash(one.model!))
    throw new UsageError(
      `${file} was kept of ${manifest.scenario}, and ${one.set.label} is not the same model.`,
      'Name the scenario as it was played, with the same --set, --variant and --duration.',
    );
  if (manifest.simulator !== simulatorVersion)
    context.err.print(`warning: ${file} was kept by version ${manifest.simulator}; the run may differ.`);
  const { seed, endedAtMicros, traceHash } = manifest;
  return { seed, commands, endedAtMicros, traceHash };
}

/** Throws UsageError when the file is no log. */
export function readLog(file: string, { workingFolder }: Context): CommandLog {
  const path = file === '-' ? file : resolve(workingFolder, file);
  try {
    return readCommandLog(readText(path, logBytesMax));
  } catch (error) {
    if (!(error instanceof CommandLogError)) throw error;
    throw new UsageError(`${file}: ${error.message}.`, 'A log is what devops-sim play writes.');
  }
}
