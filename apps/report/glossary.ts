import type { Markup } from './markup.ts';
import { html } from './markup.ts';

/** The terms that the report explains, in the order of the glossary. */
export const glossary = {
  offered: ['Offered', 'Requests that were sent, whether or not they could be answered: the demand.'],
  served: ['Served', 'Requests that were answered without error.'],
  availability: ['Availability', 'The share of ended requests that were answered without error.'],
  percentile: [
    'p50, p95, p99',
    'Percentiles of latency: 95 % of the requests were answered within p95, the slowest 5 % took longer. p50 is the median.',
  ],
  latency: [
    'Latency',
    'For users: from sending a request to its final answer or failure, retries included. For a service: from arrival at a replica to its answer.',
  ],
  objective: [
    'Objective (SLO)',
    'A promise to users: the share of requests that must be good over the measured window.',
  ],
  budget: [
    'Error budget',
    'How many requests may be bad before the objective is missed. 99.9 % asked of 1,000,000 requests allows 1,000.',
  ],
  burn: [
    'Burn rate',
    'How fast the error budget is spent: 1× spends exactly the budget, 10× spends a window’s budget in a tenth of it.',
  ],
  breach: [
    'Below target',
    'Measured sample intervals in which, taken alone, the share of good requests was under the objective’s target.',
  ],
  burnAlert: [
    'Burn-rate alert',
    'Fires when the budget burns at a given factor over a long and over a short window; the factors are those of Google’s SRE workbook, for the objective’s compliance period.',
  ],
  breakdown: [
    'Where time goes',
    'The time that requests of users spent inside each service, calls to other services left out. Calls made side by side overlap, so these are times spent, not parts of one latency.',
  ],
  threshold: ['Threshold', 'A condition on one measured figure, such as p(95)<500, that the run must meet.'],
  utilisation: ['Utilisation', 'CPU time used over the CPU time that the replicas could have used.'],
  endpointUtilisation: [
    'Utilisation of an endpoint',
    'The part of its service’s utilisation that its requests used, those included that nobody waited for any more. The endpoints of a service add up to the service.',
  ],
  throttled: [
    'Throttled',
    'Time in which a replica had work but its CPU limit made it wait for the next 100 ms period (CFS quota).',
  ],
  waiting: ['Waiting', 'Requests inside a replica that it has not started yet.'],
  inFlight: ['In flight', 'Requests inside a replica, started or waiting.'],
  replica: ['Replica', 'One running copy of a service (a pod).'],
  call: ['Call and attempt', 'A call is what the caller wants; each request sent for it is an attempt.'],
  retry: ['Retry', 'A further attempt after one has failed.'],
  hedge: ['Hedge', 'A second request sent before the first was answered; the faster answer counts.'],
  shared: ['Shared', 'A call answered by another call in flight for the same thing (single flight).'],
  wasted: ['Wasted', 'Answers that nobody waited for any more; their work was done in vain.'],
  replicaHours: ['Replica-hours', 'How long all replicas together existed.'],
  pod: [
    'Pod',
    'One copy of a workload on a node. It is ready while it runs and its readiness probe succeeds; only ready pods get requests.',
  ],
  workload: [
    'Workload',
    'What makes pods and replaces them: a Deployment, StatefulSet, DaemonSet, Job or Rollout.',
  ],
  missing: [
    'Missing pod time',
    'Time in which fewer pods were ready than the workload asked for, summed over the pods that were missing.',
  ],
  unready: [
    'Unready',
    'How often a running pod stopped being ready, as its probe failed, and got no requests until it was again.',
  ],
  restart: [
    'Restart',
    'A container that ended, or was killed as its liveness probe failed, and was started again in its pod.',
  ],
  outOfMemory: [
    'Out of memory',
    'Restarts after a container was killed because it went over its memory limit.',
  ],
  unschedulable: [
    'Without a node',
    'Pods that no node had room for, or that no node suited: they wait until one comes.',
  ],
  startup: [
    'Start-up of a pod',
    'From its creation until it is first ready: finding a node, pulling images, starting, passing its probe.',
  ],
  reversal: [
    'Reversal',
    'An autoscaler that turned round within ten minutes of its last decision: first more and then fewer, or the other way. Many of them are called flapping.',
  ],
  nodeHours: ['Node-hours', 'How long all nodes of a pool together existed.'],
  apiRequests: [
    'API requests',
    'What the control loops (scheduler, controllers, kubelets, autoscalers) asked of the API server.',
  ],
  mark: [
    'Event',
    'Something that happened at one instant. Charts mark it above the plot. Events close to each other share a sign: with a number they are of one kind (⇅: some up, some down), with a plus there are others.',
  ],
  warmUp: ['Warm-up', 'The first stretch of a run, shown on charts but left out of all measured figures.'],
  seed: [
    'Seed',
    'The number from which all chance in a run follows: the same model and seed give the same run, event by event.',
  ],
} as const satisfies Record<string, readonly [title: string, meaning: string]>;

export type Term = keyof typeof glossary;

/** The words of a term, with its explanation on hover and focus and a link to the glossary. */
export function term(name: Term, words?: string): Markup {
  const [title, meaning] = glossary[name];
  return html`<a class="term" href="#term-${name}" data-tip="${meaning}">${words ?? title.toLowerCase()}</a>`;
}

/** The explanation alone. */
export function meaningOf(name: Term): string {
  return glossary[name][1];
}
