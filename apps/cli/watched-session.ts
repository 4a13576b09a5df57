import { abortMonitor } from '../../src/analysis/thresholds.ts';
import type { Command, Model } from '../../src/model/model.ts';
import { openSession, type Session } from '../../src/run/session.ts';

/** Opens a session that thresholds with `abortOnFail` may end. The model's own seed is used when none is given. Commands are added to the model's. */
export function openWatched(
  model: Model,
  seed: number | undefined,
  commands: readonly Command[] = [],
): Session {
  const monitor = abortMonitor(model);
  return openSession(model, {
    ...(seed === undefined ? {} : { seed }),
    commands,
    ...(monitor === null ? {} : { monitor }),
  });
}
