/** Fidelity: `spec.podFailurePolicy` of Jobs (job/pod_failure_policy.go, 1.32): the first rule that a failed pod matches decides. */
import type { ContainerStatus, Pod } from '../../objects/pod.ts';

export interface FailurePolicy {
  readonly rules: readonly {
    readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
    readonly onExitCodes?: {
      readonly containerName?: string;
      readonly operator: 'In' | 'NotIn';
      readonly values: readonly number[];
    };
    readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[];
  }[];
}

export interface Judgement {
  readonly action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';
  /** Why the Job fails, for `FailJob`. */
  readonly message: string;
}

const counted: Judgement = { action: 'Count', message: '' };

export function judge(policy: FailurePolicy | undefined, pod: Pod): Judgement {
  for (const [index, { action, onExitCodes, onPodConditions }] of (policy?.rules ?? []).entries()) {
    const why =
      onExitCodes !== undefined
        ? exitCodeMatch(onExitCodes, pod, action, index)
        : conditionMatch(onPodConditions ?? [], pod, action, index);
    if (why !== null) return { action, message: why };
  }
  return counted;
}

type ExitCodes = NonNullable<FailurePolicy['rules'][number]['onExitCodes']>;

function exitCodeMatch(
  { containerName, operator, values }: ExitCodes,
  pod: Pod,
  action: string,
  index: number,
): string | null {
  const statuses: readonly ContainerStatus[] = [
    ...(pod.status.containerStatuses ?? []),
    ...(pod.status.initContainerStatuses ?? []),
  ];
  for (const { name, state } of statuses) {
    const code = state?.terminated?.exitCode;
    if (code === undefined || code === 0 || (containerName !== undefined && containerName !== name)) continue;
    if (values.includes(code) === (operator === 'In'))
      return `Container ${name} for pod ${podName(pod)} failed with exit code ${code} matching ${action} rule at index ${index}`;
  }
  return null;
}

function conditionMatch(
  patterns: readonly { readonly type: string; readonly status?: string }[],
  pod: Pod,
  action: string,
  index: number,
): string | null {
  for (const { type, status } of pod.status.conditions ?? [])
    if (patterns.some((pattern) => pattern.type === type && (pattern.status ?? 'True') === status))
      return `Pod ${podName(pod)} has condition ${type} matching ${action} rule at index ${index}`;
  return null;
}

function podName({ metadata: { namespace, name } }: Pod): string {
  return `${namespace}/${name}`;
}
