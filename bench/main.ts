// `npm run bench`: every measurement, one after the other, as a table and in bench/results.json.
// `npm run bench -- mm1 service`: only these. `--quick`: less work, nothing is written.
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { simulatorVersion } from '../src/run/version.ts';
import { runHold } from './hold/hold.ts';
import { holdPods, quietHour } from './kubernetes/held.ts';
import { hasKubectl, runKubectlList } from './kubernetes/kubectl-list.ts';
import { hasOpenb, openbAllocation, runOpenb } from './kubernetes/openb.ts';
import { runPods } from './kubernetes/pods.ts';
import { runMemory } from './memory.ts';
import { runMm1 } from './mm1.ts';
import { runReference } from './reference.ts';
import { runOneService } from './service.ts';

interface Figure {
  readonly measurement: string;
  readonly value: number | null;
  readonly unit: string;
  readonly target: string;
  readonly met: boolean | null;
  /** Why there is no value. */
  readonly absent?: string;
}

interface Bench {
  readonly name: string;
  run(quick: boolean): Promise<Figure[]> | Figure[];
}

function atLeast(measurement: string, value: number | null, least: number, unit: string): Figure {
  return {
    measurement,
    value,
    unit,
    target: `≥ ${figure(least)}`,
    met: value === null ? null : value >= least,
  };
}

function atMost(measurement: string, value: number, most: number, unit: string): Figure {
  return { measurement, value, unit, target: `≤ ${figure(most)}`, met: value <= most };
}

const benches: readonly Bench[] = [
  {
    name: 'hold',
    run: async (quick) =>
      (await runHold(quick ? 2 : 5)).flatMap(({ pending, eventsPerSecond, ratio }) => [
        {
          measurement: `hold model, ${pending} pending`,
          value: eventsPerSecond,
          unit: 'events/s',
          target: '',
          met: null,
        },
        atLeast(`hold model, ${pending} pending, against C -O2`, ratio, 0.75, 'ratio'),
      ]),
  },
  {
    name: 'mm1',
    run: () => [atLeast('M/M/1 with full statistics', runMm1().customersPerSecond, 2e6, 'customers/s')],
  },
  {
    name: 'service',
    run: (quick) => [
      atLeast(
        'one service behind a balancer',
        runOneService(quick ? 300_000 : 2e6).requestsPerSecond,
        6e5,
        'requests/s',
      ),
    ],
  },
  {
    name: 'reference',
    run: () => {
      const { requestsPerSecond, cpuSeconds, eventsPerSecond } = runReference();
      return [
        atLeast('reference system', requestsPerSecond, 2e5, 'user requests/s'),
        { measurement: 'reference system', value: eventsPerSecond, unit: 'events/s', target: '', met: null },
        atMost('launch day, the simulation of npm start', cpuSeconds, 20, 's'),
      ];
    },
  },
  {
    name: 'memory',
    run: (quick) => {
      const { growth, long } = runMemory(quick ? 100_000 : 500_000);
      return [
        atMost('memory of a tenfold longer run, beyond its series', growth, 0.1, 'growth'),
        {
          measurement: 'memory of that run, in all',
          value: long.rssMebibytes,
          unit: 'MiB',
          target: '',
          met: null,
        },
      ];
    },
  },
  {
    name: 'pods',
    run: (quick) => {
      const size = quick ? { nodes: 1_000, pods: 10_000 } : { nodes: 5_000, pods: 50_000 };
      return [false, true].map((live) => {
        const { nodes, pods, podsPerSecond } = runPods({ ...size, live });
        return atLeast(
          `${figure(pods)} pods created, scheduled, running${live ? ', live' : ''}`,
          podsPerSecond,
          10_000,
          `pods/s, ${nodes} nodes`,
        );
      });
    },
  },
  {
    name: 'held',
    run: (quick) => {
      const { nodes, pods, peakGibibytes, heapBytesPerPod } = holdPods({
        nodes: quick ? 1_000 : 5_000,
        pods: quick ? 30_000 : 150_000,
      });
      return [
        atMost(`${figure(pods)} pods held, at the peak`, peakGibibytes, 4, `GiB, ${nodes} nodes`),
        {
          measurement: 'each of them, with its share of all else',
          value: heapBytesPerPod,
          unit: 'bytes',
          target: '',
          met: null,
        },
      ];
    },
  },
  {
    name: 'quiet',
    run: (quick) => {
      const { nodes, pods, seconds } = quietHour({
        nodes: quick ? 1_000 : 5_000,
        pods: quick ? 4_000 : 20_000,
      });
      return [atMost(`a quiet hour with ${figure(pods)} pods`, seconds, 2, `s, ${nodes} nodes`)];
    },
  },
  {
    name: 'kubectl',
    run: async (quick) => {
      if (!hasKubectl()) return [kubectlMissing];
      const { pods, ownSeconds, ratio } = await runKubectlList(10_000, quick ? 2 : 5);
      const list = `kubectl get pods -A, ${figure(pods)} pods`;
      return [
        { measurement: `${list}: kubectl alone`, value: ownSeconds, unit: 's', target: '', met: null },
        atMost(`${list}, against kubectl alone`, ratio, 1.5, 'ratio'),
      ];
    },
  },
  { name: 'openb', run: (quick) => (hasOpenb() ? openbFigures(quick ? 1 : 3) : [openbMissing]) },
];

const kubectlMissing: Figure = {
  measurement: 'kubectl get pods -A, against kubectl alone',
  value: null,
  unit: 'ratio',
  target: '≤ 1.50',
  met: null,
  absent: 'no kubectl, skipped',
};

const openbMissing: Figure = {
  measurement: 'openb default workload',
  value: null,
  unit: 's',
  target: '≤ 10.0',
  met: null,
  absent: 'no data, skipped',
};

/** The published policies stand beside the default scheduler's figure, for comparison only. */
function openbFigures(seeds: number): Figure[] {
  const { seconds, pods, placed } = runOpenb();
  const { percent, published } = openbAllocation(seeds);
  const allocated = (who: string, value: number): Figure => ({
    measurement: `openb, GPUs allocated at 130 % demand: ${who}`,
    value,
    unit: '%',
    target: '',
    met: null,
  });
  return [
    atMost(`openb default workload, ${placed} of ${pods} pods`, seconds, 10, 's'),
    allocated('kube-scheduler', percent),
    ...published.map(({ policy, percent: value }) => allocated(`published ${policy}`, value)),
  ];
}

function figure(value: number): string {
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return Math.abs(value) >= 1e4 ? `${(value / 1e3).toFixed(0)} k` : value.toPrecision(3);
}

function line({ measurement, value, unit, target, met, absent }: Figure): string {
  const mark = met === null ? ' ' : met ? '✓' : '✗';
  const shown = value === null ? (absent ?? 'no C compiler') : `${figure(value)} ${unit}`;
  return `${mark} ${measurement.padEnd(52)} ${shown.padStart(24)}   ${target}`;
}

function machine() {
  const [first] = cpus();
  return {
    cpu: first?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 1_073_741_824),
  };
}

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const names = words.filter((word) => !word.startsWith('--'));
const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are: ${benches.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const figures: Figure[] = [];
for (const bench of benches) {
  if (names.length > 0 && !names.includes(bench.name)) continue;
  process.stderr.write(`${bench.name} …\n`);
  const measured = await bench.run(quick);
  for (const each of measured) console.log(line(each));
  figures.push(...measured);
}
if (!quick && names.length === 0) {
  const results = {
    simulator: simulatorVersion,
    node: process.version,
    v8: process.versions.v8,
    machine: machine(),
    figures,
  };
  writeFileSync(
    fileURLToPath(new URL('results.json', import.meta.url)),
    `${JSON.stringify(results, null, 2)}\n`,
  );
}
