import { readManifestSets } from '../apps/cli/input/manifest-set.ts';
import { prepare } from '../apps/cli/input/prepare.ts';
import type { Model } from '../src/model/model.ts';
import { type Throughput, throughput } from './throughput.ts';

/** A bundled scenario, compiled; `set` changes values as `--set` does. */
export function scenarioModel(name: string, set: readonly string[] = []): Model {
  const [manifests] = readManifestSets({ scenarios: [name], files: [] }, process.cwd());
  const { model, diagnostics } = prepare(manifests, { set, strict: false });
  if (model === null) throw new Error(JSON.stringify(diagnostics, null, 1));
  return model;
}

/** The reference system under a whole launch day: what `npm start` simulates. Best of three after a warm-up. */
export function runReference(): Throughput {
  const model = scenarioModel('launch-day');
  throughput(scenarioModel('launch-day', ['scenario.spec.duration=3h']));
  const runs = [throughput(model), throughput(model), throughput(model)];
  return runs.reduce((best, each) => (each.requestsPerSecond > best.requestsPerSecond ? each : best));
}

if (import.meta.main) console.log(runReference());
