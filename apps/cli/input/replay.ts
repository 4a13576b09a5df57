import { resolve } from 'node:path';
import type { Command } from '../../../src/model/model.ts';
import { modelHash } from '../../../src/run/model-hash.ts';
import { simulatorVersion } from '../../../src/run/version.ts';
import { type CommandLog, CommandLogError, readCommandLog } from '../../live/command-log.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../exit-code.ts';
import type { Prepared } from './prepare.ts';
import { readText } from './read.ts';

const logBytesMax = 256 * 1024 * 1024;

/** What a replay adds to a run. */
export interface Replay {
  readonly seed: number;
  readonly commands: readonly Command[];
}

/** The changes of a live run, to be made again in the same scenario. */
export function readReplay(file: string, prepared: readonly Prepared[], context: Context): Replay {
  const [one, ...others] = prepared;
  if (one === undefined || others.length > 0) throw new UsageError('--replay is for one scenario.');
  const { manifest, commands } = logIn(file, context);
  if (manifest.modelHash !== modelHash(one.model!))
    throw new UsageError(
      `${file} was kept of ${manifest.scenario}, and ${one.set.label} is not the same model.`,
      'Name the scenario as it was played, with the same --set, --variant and --duration.',
    );
  if (manifest.simulator !== simulatorVersion)
    context.err.print(`warning: ${file} was kept by version ${manifest.simulator}; the run may differ.`);
  return { seed: manifest.seed, commands };
}

function logIn(file: string, { workingFolder }: Context): CommandLog {
  const path = file === '-' ? file : resolve(workingFolder, file);
  try {
    return readCommandLog(readText(path, logBytesMax));
  } catch (error) {
    if (!(error instanceof CommandLogError)) throw error;
    throw new UsageError(`${file}: ${error.message}.`, 'A log is what devops-sim play writes.');
  }
}
