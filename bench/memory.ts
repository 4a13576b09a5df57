// Memory must be flat in simulated time: only the recorded series may grow. Measured in processes of their own.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { simulate } from '../src/run/simulate.ts';
import { oneServiceModel } from './service.ts';

export interface Footprint {
  readonly simulatedSeconds: number;
  readonly requests: number;
  readonly rssMebibytes: number;
  readonly seriesMebibytes: number;
}

export interface MemoryGrowth {
  readonly short: Footprint;
  readonly long: Footprint;
  /** Growth of memory, recorded series left out, from the run to one ten times as long; 0.1 is 10 %. */
  readonly growth: number;
}

const mebibyte = 1_048_576;

/** Simulates in this process and says what it took. */
function footprint(requests: number): Footprint {
  const model = oneServiceModel(requests);
  const run = simulate(model);
  const everything = run.telemetry.select([], 0, Number.MAX_SAFE_INTEGER);
  // A column doubles when it is full, so it may hold twice what was recorded.
  const bytes = everything.reduce((sum, { values }) => sum + values.buffer.byteLength, 0);
  globalThis.gc?.();
  return {
    simulatedSeconds: model.durationMicros / 1e6,
    requests: run.truth.sources[0].offered,
    rssMebibytes: process.memoryUsage().rss / mebibyte,
    seriesMebibytes: bytes / mebibyte,
  };
}

function footprintApart(requests: number): Footprint {
  const file = fileURLToPath(import.meta.url);
  const output = execFileSync(process.execPath, ['--expose-gc', file, `${requests}`], { encoding: 'utf8' });
  return JSON.parse(output) as Footprint;
}

/** Compares a run with one ten times as long. */
export function runMemory(requests = 500_000): MemoryGrowth {
  const short = footprintApart(requests);
  const long = footprintApart(requests * 10);
  const growth =
    (long.rssMebibytes - long.seriesMebibytes) / (short.rssMebibytes - short.seriesMebibytes) - 1;
  return { short, long, growth };
}

if (import.meta.main && process.argv[2] !== undefined)
  console.log(JSON.stringify(footprint(Number(process.argv[2]))));
