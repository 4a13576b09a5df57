import { abortMonitor } from '../../src/analysis/thresholds.ts';
import type { Command, Model } from '../../src/model/model.ts';
import { openSession, type Session } from '../../src/run/session.ts';

/** A live run to be made again. */
export interface Logged {
  readonly commands: readonly Command[];
}

/**
 * Opens a session that thresholds with `abortOnFail` may end. The model's own seed is used when none is given. A live run is
 * ended by nobody but its operator, and so is its replay.
 */
export function openWatched(model: Model, seed: number | undefined, logged: Logged | null = null): Session {
  const monitor = logged === null ? abortMonitor(model) : null;
  return openSession(model, {
    ...(seed === undefined ? {} : { seed }),
    commands: logged?.commands ?? [],
    ...(monitor === null ? {} : { monitor }),
  });
}
