import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Model } from '../../src/model/model.ts';
import type { Result } from '../../src/model/result.ts';
import type { Interrupt } from './interrupt.ts';
import type { Progress } from './progress.ts';

/** One run to do: a model, by its position in the list of the sweep, with a seed. */
export interface SweepJob {
  readonly model: number;
  readonly seed: number;
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly models: readonly Model[];
  readonly index: number;
  /** Per worker: virtual microseconds and requests of the run at hand, two doubles. */
  readonly gauges: SharedArrayBuffer;
  /** One integer; not zero asks all workers to stop. */
  readonly stop: SharedArrayBuffer;
}

/** What a worker says when a job is over; the result is null when it was stopped before the end. */
export interface FromWorker {
  readonly job: SweepJob;
  readonly result: Result | null;
}

export interface SweepRequest {
  readonly models: readonly Model[];
  /** Begun in this order. */
  readonly jobs: readonly SweepJob[];
  /** As many as there are cores when undefined. */
  readonly threads: number | undefined;
  readonly label: string;
  /** What a job is called in the progress line: `seed`, `run`. */
  readonly noun: string;
  readonly progress: Progress;
  readonly interrupt: Interrupt;
  /** Takes each result as it comes, in no particular order. */
  readonly take: (job: SweepJob, result: Result) => void;
}

const tickMs = 100;
/** Two doubles. */
export const bytesPerGauge = 16;

/**
 * Does every job once, on several threads. What a run gives does not depend on the thread or the order. Resolves
 * when all are done or an interrupt has stopped them; rejects when a worker fails.
 */
export async function sweep(request: SweepRequest): Promise<void> {
  const { models, jobs, interrupt } = request;
  const threads = Math.min(jobs.length, request.threads ?? availableParallelism());
  const gauges = new SharedArrayBuffer(threads * bytesPerGauge);
  const stop = new SharedArrayBuffer(4);
  const pending = [...jobs];
  const done: Done = { jobs: 0, micros: 0, requests: 0 };
  interrupt.onRequest(() => {
    pending.length = 0;
    Atomics.store(new Int32Array(stop), 0, 1);
  });
  const ticker = setInterval(() => showProgress(request, new Float64Array(gauges), done), tickMs);
  const workers = Array.from({ length: threads }, (_, index) => startWorker({ models, index, gauges, stop }));
  const work = (worker: Worker, index: number) =>
    drain(worker, pending, ({ job, result }) => {
      new Float64Array(gauges, index * bytesPerGauge, 2).fill(0);
      if (result === null) return;
      done.jobs++;
      done.micros += models[job.model]!.durationMicros;
      done.requests += result.sources.reduce((sum, source) => sum + source.offered, 0);
      request.take(job, result);
    });
  try {
    await Promise.all(workers.map(work));
  } finally {
    clearInterval(ticker);
    request.progress.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

interface Done {
  jobs: number;
  micros: number;
  requests: number;
}

/** Feeds one worker until no job is left. */
async function drain(worker: Worker, pending: SweepJob[], take: (answer: FromWorker) => void): Promise<void> {
  for (let job = pending.shift(); job !== undefined; job = pending.shift()) take(await ask(worker, job));
}

function ask(worker: Worker, job: SweepJob): Promise<FromWorker> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      worker.off('message', answered);
      worker.off('error', failed);
      worker.off('exit', left);
    };
    const answered = (answer: FromWorker) => {
      settle();
      resolve(answer);
    };
    const failed = (error: Error) => {
      settle();
      reject(error);
    };
    const left = (code: number) => failed(new Error(`A worker ended early with code ${code}.`));
    worker.on('message', answered);
    worker.on('error', failed);
    worker.on('exit', left);
    worker.postMessage(job);
  });
}

// Beside this file lies the worker's source, or what it was built to.
function startWorker(data: WorkerStart): Worker {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return new Worker(new URL(`./sweep-worker${extension}`, import.meta.url), { workerData: data });
}

function showProgress(request: SweepRequest, gauges: Float64Array, done: Done): void {
  const { models, jobs, label, noun, progress } = request;
  const totalMicros = jobs.reduce((sum, job) => sum + models[job.model]!.durationMicros, 0);
  let { micros, requests } = done;
  for (let i = 0; i < gauges.length; i += 2) {
    micros += gauges[i]!;
    requests += gauges[i + 1]!;
  }
  progress.update({
    label,
    simulatedSeconds: micros / 1e6,
    totalSeconds: totalMicros / 1e6,
    requests,
    counter: `${done.jobs} of ${jobs.length} ${noun}s`,
  });
}
