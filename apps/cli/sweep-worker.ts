import { parentPort, workerData } from 'node:worker_threads';
import { analyse } from '../../src/analysis/analyse.ts';
import { driveSession } from './session-drive.ts';
import { bytesPerGauge, type FromWorker, type SweepJob, type WorkerStart } from './sweep.ts';
import { openWatched } from './watched-session.ts';

// One thread of a sweep: does the jobs it is handed, one after another, and hands back results.

const { models, index, gauges, stop } = workerData as WorkerStart;
const simulatedAndRequests = new Float64Array(gauges, index * bytesPerGauge, 2);
const stopFlag = new Int32Array(stop);

async function carryOut(job: SweepJob): Promise<FromWorker> {
  const model = models[job.model]!;
  const session = openWatched(model, job.seed);
  await driveSession(session, {
    progressed: () => {
      simulatedAndRequests[0] = session.nowMicros;
      simulatedAndRequests[1] = session.requestCount;
    },
    stopRequested: () => Atomics.load(stopFlag, 0) !== 0,
  });
  // A run that was cut short would bend every mean, so it does not count.
  return { job, result: session.finished ? analyse(model, session.finish()) : null };
}

parentPort!.on('message', async (job: SweepJob) => parentPort!.postMessage(await carryOut(job)));
