import type { Command, Model } from '../model/model.ts';
import type { Run } from './run.ts';
import { openSession } from './session.ts';

/** Runs a model from beginning to end. */
export function simulate(model: Model, seed: number = model.seed, commands: readonly Command[] = []): Run {
  const session = openSession(model, { seed, commands });
  session.advance(session.endMicros);
  return session.finish();
}
