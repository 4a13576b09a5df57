import { parentPort } from 'node:worker_threads';
import { simulate } from '../../src/run/simulate.ts';
import { digestOf } from './digest.ts';
import type { scenarioOf } from './scenario.ts';

/** Runs scenarios in another thread; each answer is the digest of its run, or the error. */
parentPort?.on('message', ({ model, seed, commands }: ReturnType<typeof scenarioOf> & { seed: number }) => {
  try {
    parentPort?.postMessage({ digest: digestOf(simulate(model, seed, commands)) });
  } catch (error) {
    parentPort?.postMessage({
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
});
