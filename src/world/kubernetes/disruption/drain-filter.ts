/**
 * Fidelity: which pods `kubectl drain` deletes, leaves or stumbles over (kubectl pkg/drain/filters.go, 1.32), with its
 * texts. Nothing is simplified.
 */
import { controllerOf } from '../objects/meta.ts';
import { isFinished } from '../objects/pod.ts';
import { daemonSets, type Pod } from '../objects/resource-types.ts';
import type { Store } from '../store/store.ts';

export interface DrainFilterOptions {
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  readonly force: boolean;
}

export interface DrainSelection {
  readonly pods: readonly Pod[];
  /** `ignoring DaemonSet-managed Pods: kube-system/x; deleting …`; empty: none. */
  readonly warnings: string;
  /** `cannot delete … : shop/a, shop/b`, one for each reason; none: the node can be drained. */
  readonly errors: readonly string[];
}

interface Verdict {
  readonly deletes: boolean;
  readonly warning?: string;
  readonly error?: string;
}

const take: Verdict = { deletes: true };
const leave: Verdict = { deletes: false };
const mirrorAnnotation = 'kubernetes.io/config.mirror';

type Filter = (pod: Pod, options: DrainFilterOptions, store: Store) => Verdict;

const daemonSetFilter: Filter = (pod, options, store) => {
  const owner = controllerOf(pod);
  if (owner?.kind !== 'DaemonSet' || isFinished(pod)) return take;
  const { namespace = '' } = pod.metadata;
  if (store.get(daemonSets, namespace, owner.name) === undefined) {
    const error = `daemonsets.apps "${owner.name}" not found`;
    return options.force ? { deletes: true, warning: error } : { deletes: false, error };
  }
  return options.ignoreDaemonSets
    ? { deletes: false, warning: 'ignoring DaemonSet-managed Pods' }
    : { deletes: false, error: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
};

const mirrorFilter: Filter = ({ metadata }) =>
  metadata.annotations?.[mirrorAnnotation] === undefined ? take : leave;

const localStorageFilter: Filter = (pod, { deleteEmptyDirData }) => {
  const isLocal = pod.spec.volumes?.some((volume) => volume['emptyDir'] !== undefined) ?? false;
  if (!isLocal || isFinished(pod)) return take;
  return deleteEmptyDirData
    ? { deletes: true, warning: 'deleting Pods with local storage' }
    : { deletes: false, error: 'Pods with local storage (use --delete-emptydir-data to override)' };
};

const unmanagedFilter: Filter = (pod, { force }) => {
  if (isFinished(pod) || controllerOf(pod) !== undefined) return take;
  return force
    ? { deletes: true, warning: 'deleting Pods that declare no controller' }
    : { deletes: false, error: 'Pods that declare no controller (use --force to override)' };
};

const filters: readonly Filter[] = [daemonSetFilter, mirrorFilter, localStorageFilter, unmanagedFilter];

/** Sorts out the pods of a node. */
export function selectForDrain(
  pods: Iterable<Pod>,
  options: DrainFilterOptions,
  store: Store,
): DrainSelection {
  const selected: Pod[] = [];
  const warnings = new Map<string, string[]>();
  const errors = new Map<string, string[]>();
  for (const pod of pods) {
    let verdict = take;
    for (const filter of filters) {
      const next = filter(pod, options, store);
      // The last word counts, and a warning stays until there is another.
      verdict = { ...verdict, ...next };
      if (!next.deletes) break;
    }
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (verdict.error !== undefined) put(errors, verdict.error, name);
    else {
      if (verdict.warning !== undefined) put(warnings, verdict.warning, name);
      if (verdict.deletes) selected.push(pod);
    }
  }
  return {
    pods: selected,
    warnings: listed(warnings).join('; '),
    errors: listed(errors).map((text) => `cannot delete ${text}`),
  };
}

function put(groups: Map<string, string[]>, reason: string, name: string): void {
  groups.set(reason, [...(groups.get(reason) ?? []), name]);
}

function listed(groups: ReadonlyMap<string, readonly string[]>): string[] {
  return [...groups].map(([reason, names]) => `${reason}: ${names.join(', ')}`);
}
