import { abortMonitor } from '../../src/analysis/thresholds.ts';
import type { Model } from '../../src/model/model.ts';
import { openSession, type Session } from '../../src/run/session.ts';

/** Opens a session that thresholds with `abortOnFail` may end. The model's own seed is used when none is given. */
export function openWatched(model: Model, seed: number | undefined): Session {
  const monitor = abortMonitor(model);
  return openSession(model, {
    ...(seed === undefined ? {} : { seed }),
    ...(monitor === null ? {} : { monitor }),
  });
}
