import type { Result } from '../../src/model/result.ts';
import type { Terminal } from './terminal.ts';

/** Reports laws that a run broke, which only a defect of the simulator can do. Says whether there were any. */
export function reportBrokenLaws(results: readonly Result[], terminal: Terminal): boolean {
  const broken = results.flatMap((result) =>
    result.checks
      .filter((check) => !check.passed)
      .map((check) => `${check.name}, seed ${result.manifest.seed}: ${check.detail}`),
  );
  if (broken.length === 0) return false;
  terminal.print('error: internal: a run broke a law that every run must obey:');
  for (const law of broken.slice(0, 5)) terminal.print(`  ${law}`);
  terminal.print('This is a defect of devops-sim, not of your input. Please report it with the manifests.');
  return true;
}
