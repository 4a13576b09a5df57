/**
 * Fidelity: the conditions that a kubelet sets on a pod and their reasons and messages (pkg/kubelet/status/generate.go,
 * 1.32), in the order in which it writes them. What others have set, such as readiness gates, comes first and stays.
 */
import type { Condition } from '../../objects/meta.ts';
import type { Container, ContainerStatus, PodPhase, PodSpec } from '../../objects/pod.ts';

/** A condition as it is now, without the time of its last change. */
export interface ConditionState {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

export interface ConditionInput {
  readonly spec: PodSpec;
  readonly phase: PodPhase;
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
  /** The sandbox with its network is there. */
  readonly sandboxed: boolean;
  /** A regular container has been started once. */
  readonly initialized: boolean;
  /** Those that the pod has now. */
  readonly before: readonly Condition[];
}

const ownTypes = new Set([
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
]);
/** States that nearly every pod is in; pods that come into one in the same second share the condition. */
const scheduled: ConditionState = { type: 'PodScheduled', status: 'True' };
const sandboxReady: ConditionState = { type: 'PodReadyToStartContainers', status: 'True' };
const sandboxMissing: ConditionState = { type: 'PodReadyToStartContainers', status: 'False' };
const initialized: ConditionState = { type: 'Initialized', status: 'True' };
const allReady: ConditionState = { type: 'ContainersReady', status: 'True' };
const ready: ConditionState = { type: 'Ready', status: 'True' };
const lastMade = new Map<ConditionState, Condition>();
for (const state of [scheduled, sandboxReady, sandboxMissing, initialized, allReady, ready])
  lastMade.set(state, withTime(state, ''));

/** All conditions of the pod with their times; an array and members of `before` are reused where nothing changed. */
export function podConditions(input: ConditionInput, timestamp: string): readonly Condition[] {
  const { before, sandboxed } = input;
  const containersReady = containersReadyState(input);
  const next: Condition[] = [];
  for (const condition of before) if (!ownTypes.has(condition.type)) next.push(condition);
  next.push(
    timed(sandboxed ? sandboxReady : sandboxMissing, before, timestamp),
    timed(initializedState(input), before, timestamp),
    timed(readyState(input, containersReady), before, timestamp),
    timed(containersReady, before, timestamp),
    timed(scheduled, before, timestamp),
  );
  return areSame(next, before) ? before : next;
}

function areSame(a: readonly Condition[], b: readonly Condition[]): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function timed(state: ConditionState, before: readonly Condition[], timestamp: string): Condition {
  let old: Condition | undefined;
  for (const condition of before) if (condition.type === state.type) old = condition;
  if (old?.status === state.status && old.reason === state.reason && old.message === state.message)
    return old;
  const lastTransitionTime = old?.status === state.status ? (old.lastTransitionTime ?? timestamp) : timestamp;
  const shared = lastMade.get(state);
  if (shared?.lastTransitionTime === lastTransitionTime) return shared;
  const made = withTime(state, lastTransitionTime);
  if (shared !== undefined) lastMade.set(state, made);
  return made;
}

function withTime(state: ConditionState, lastTransitionTime: string): Condition {
  return { ...state, lastProbeTime: null, lastTransitionTime };
}

export function containersReadyState(
  input: Pick<ConditionInput, 'spec' | 'phase' | 'initStatuses' | 'statuses'>,
): ConditionState {
  const { spec, phase, initStatuses, statuses } = input;
  const type = 'ContainersReady';
  const unknown: string[] = [];
  const unready: string[] = [];
  const look = (containers: readonly Container[], known: readonly ContainerStatus[]) => {
    for (const { name } of containers) {
      const status = known.find((one) => one.name === name);
      if (status === undefined) unknown.push(name);
      else if (!status.ready) unready.push(name);
    }
  };
  if (spec.initContainers !== undefined)
    look(
      spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always'),
      initStatuses,
    );
  look(spec.containers, statuses);
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { type, status: 'False', reason: 'PodFailed' };
  const message = told(unknown, 'unready', unready);
  return message === '' ? allReady : { type, status: 'False', reason: 'ContainersNotReady', message };
}

function told(unknown: readonly string[], word: string, others: readonly string[]): string {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: [${unknown.join(' ')}]`);
  if (others.length > 0) parts.push(`containers with ${word} status: [${others.join(' ')}]`);
  return parts.join(', ');
}

export function readyState(
  { spec, before }: ConditionInput,
  containersReady: ConditionState,
): ConditionState {
  const type = 'Ready';
  if (containersReady.status !== 'True') return { ...containersReady, type };
  if (spec.readinessGates === undefined) return ready;
  const messages: string[] = [];
  for (const { conditionType } of spec.readinessGates) {
    const condition = before.find((one) => one.type === conditionType);
    if (condition === undefined)
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== 'True')
      messages.push(
        `the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`,
      );
  }
  if (messages.length === 0) return ready;
  return { type, status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

export function initializedState(
  input: Pick<ConditionInput, 'spec' | 'phase' | 'initStatuses' | 'initialized'>,
): ConditionState {
  const { spec, phase, initStatuses } = input;
  if (spec.initContainers === undefined && phase !== 'Succeeded') return initialized;
  const type = 'Initialized';
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const { name, restartPolicy } of spec.initContainers ?? []) {
    const status = initStatuses.find((one) => one.name === name);
    if (status === undefined) unknown.push(name);
    else if (restartPolicy === 'Always' ? status.started !== true : !status.ready) incomplete.push(name);
  }
  if (phase === 'Succeeded' && unknown.length === 0) return { type, status: 'True', reason: 'PodCompleted' };
  const message = input.initialized ? '' : told(unknown, 'incomplete', incomplete);
  return message === ''
    ? initialized
    : { type, status: 'False', reason: 'ContainersNotInitialized', message };
}
