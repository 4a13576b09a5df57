import type { AutoscalerAccount, ClusterAccounts, RunEvent, WorkloadAccount } from '../../run/run.ts';
import { workloadSubject } from '../cluster.ts';
import { counted, duration, figure, instant } from '../figures.ts';
import { type Evidence, longest, type Observation, peakOf, stretchesWhere, when } from './evidence.ts';

/** Turns of an autoscaler that are called flapping. */
const reversalsOfFlapping = 3;

/** What happened to the cluster's pods and nodes. */
export function clusterFindings(evidence: Evidence): Observation[] {
  const { cluster } = evidence;
  if (cluster === null) return [];
  return [
    ...unplaced(evidence, cluster),
    ...cluster.autoscalers.flatMap((autoscaler) => flapping(evidence, autoscaler)),
    ...cluster.workloads.flatMap((workload) => unreadiness(evidence, workload)),
    ...cluster.workloads.flatMap((workload) => restarting(evidence, workload)),
    ...evidence.events.flatMap((event) => told(evidence, event)),
  ];
}

function severity({ missed }: Evidence): Observation['severity'] {
  return missed ? 'problem' : 'note';
}

function unplaced(evidence: Evidence, { pods }: ClusterAccounts): Observation[] {
  if (pods.unschedulableMicros < 10e6) return [];
  const { samples } = evidence;
  const waiting = samples.gauge('scheduler_pending_pods', { queue: 'unschedulable' });
  const stretches = waiting === null ? [] : stretchesWhere(evidence, (i) => waiting[i] >= 1);
  const stretch = longest(samples, stretches);
  const span = stretch === null ? '' : ` ${when(evidence, stretches)}`;
  const left = pods.unschedulableAtEnd > 0 ? `; ${pods.unschedulableAtEnd} still waited at the end` : '';
  const many = counted(pods.unschedulableMost, 'pod');
  const total = duration(pods.unschedulableMicros / 1e6);
  return [
    {
      kind: 'pods-unschedulable',
      severity: severity(evidence),
      weight: 88,
      subject: 'cluster',
      message: `No node had room for up to ${many}${span}: ${total} of waiting, summed over pods${left}.`,
      stretch,
    },
  ];
}

function flapping(evidence: Evidence, autoscaler: AutoscalerAccount): Observation[] {
  const { namespace, name, target, ups, downs, reversals, fewest, most } = autoscaler;
  if (reversals < reversalsOfFlapping) return [];
  return [
    {
      kind: 'autoscaler-flapping',
      severity: severity(evidence),
      weight: 90,
      subject: `${namespace}/${name}`,
      message:
        `The autoscaler ${name} changed its mind ${counted(reversals, 'time')} within ten minutes of its last decision: ` +
        `it asked for more ${counted(ups, 'time')} and for fewer ${counted(downs, 'time')}, between ${fewest} and ${most} replicas of ${target}.`,
      stretch: null,
    },
  ];
}

function unreadiness(evidence: Evidence, workload: WorkloadAccount): Observation[] {
  if (workload.unready === 0) return [];
  const { kind, namespace, name } = workload;
  const ready = evidence.samples.gauge('workload_replicas_ready', { kind, namespace, workload: name });
  const lowest =
    ready === null
      ? -1
      : peakOf(
          ready.map((value) => -value),
          evidence.range,
        );
  const at =
    lowest < 0 ? '' : ` (at ${instant(evidence.samples.timesMicros[lowest] / 1e6, evidence.startsAt)})`;
  return [
    {
      kind: 'pods-unready',
      severity: severity(evidence),
      weight: 87,
      subject: workloadSubject(workload),
      message:
        `Running pods of ${name} failed their readiness probe ${counted(workload.unready, 'time')} and were taken out of service; ` +
        `as few as ${workload.readyFewest} were left${at}.`,
      stretch: null,
    },
  ];
}

function restarting(evidence: Evidence, workload: WorkloadAccount): Observation[] {
  const { name, restarts, outOfMemory } = workload;
  if (restarts === 0) return [];
  const memory =
    outOfMemory === 0 ? '' : `, ${figure(outOfMemory)} of them after it was killed for its memory`;
  return [
    {
      kind: 'containers-restarted',
      severity: severity(evidence),
      weight: 86,
      subject: workloadSubject(workload),
      message: `Containers of ${name} were restarted ${counted(restarts, 'time')}${memory}.`,
      stretch: null,
    },
  ];
}

/** Events that are worth a sentence of their own: what was stopped, or could not be done. */
const worthTelling: readonly (readonly [RunEvent['kind'], RegExp, string])[] = [
  ['rollout', /abort/i, 'rollout-aborted'],
  ['rollout', /exceeded its progress deadline|ProgressDeadlineExceeded/, 'rollout-stuck'],
  ['node', /^not drained/, 'drain-failed'],
  ['node', /did not come in time/, 'machine-missing'],
];

function told(evidence: Evidence, event: RunEvent): Observation[] {
  const found = worthTelling.find(([kind, pattern]) => kind === event.kind && pattern.test(event.message));
  if (found === undefined) return [];
  const at = instant(event.atMicros / 1e6, evidence.startsAt);
  const first = evidence.events.find(
    (other) =>
      other.kind === event.kind && other.subject === event.subject && other.message === event.message,
  );
  if (first !== event) return [];
  return [
    {
      kind: found[2],
      severity: found[2] === 'drain-failed' ? 'problem' : severity(evidence),
      weight: 89,
      subject: event.subject,
      message: `At ${at}, ${event.subject}: ${event.message}.`,
      stretch: null,
    },
  ];
}
