import type { Diagnostics } from '../../base/diagnostics.ts';
import { type Draft, type Identity, identityOf, isObject } from '../draft.ts';
import { positionOf } from '../place.ts';

/**
 * What `kubectl get -o yaml` prints of a running cluster besides what its users wrote: objects that controllers made, and
 * such as have come to their end. The simulated controllers make the former anew.
 */

/** Kinds whose controllers are simulated. What operators own has no other maker here, and stays. */
const makers: ReadonlySet<string> = new Set([
  'Deployment',
  'ReplicaSet',
  'ReplicationController',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
  'Rollout',
  'Node',
]);

/** The drafts without those that a maker among them owns and those that have ended; a note says how many there were. */
export function withoutMade(drafts: readonly Draft[], diagnostics: Diagnostics): Draft[] {
  const present = new Set(drafts.map(({ value }) => keyOf(identityOf(value))));
  const made: Draft[] = [];
  const ended: Draft[] = [];
  const kept = drafts.filter((draft) => {
    const place = hasEnded(draft.value) ? ended : isMade(draft.value, present) ? made : null;
    place?.push(draft);
    return place === null;
  });
  note(made, 'made-anew', 'left out: their controllers make them anew', diagnostics);
  note(ended, 'has-ended', 'left out: they have run to completion', diagnostics);
  return kept;
}

function keyOf({ kind, namespace, name }: Pick<Identity, 'kind' | 'namespace' | 'name'>): string {
  return kind === 'Node' ? `${kind} ${name}` : `${kind} ${namespace} ${name}`;
}

function isMade(value: Draft['value'], present: ReadonlySet<string>): boolean {
  const { namespace } = identityOf(value);
  const owner = controllerOf(value);
  if (owner === null || !makers.has(owner.kind)) return false;
  // The kubelet's own pods belong to a machine of the cluster that was dumped.
  if (owner.kind === 'Node') return true;
  const candidates = [owner, ...makersOf(owner, value)];
  return candidates.some((each) => present.has(keyOf({ ...each, namespace })));
}

interface Owner {
  readonly kind: string;
  readonly name: string;
}

function controllerOf(value: Draft['value']): Owner | null {
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const references = Array.isArray(metadata['ownerReferences']) ? metadata['ownerReferences'] : [];
  const found = references.find((each) => isObject(each) && each['controller'] === true);
  if (!isObject(found) || typeof found['kind'] !== 'string' || typeof found['name'] !== 'string') return null;
  return { kind: found['kind'], name: found['name'] };
}

/** What made the owner, as its name says, where the owner itself was not dumped: `web` of `web-5d4f8c7b9`. */
function makersOf({ kind, name }: Owner, value: Draft['value']): Owner[] {
  const metadata = value['metadata'] as Record<string, unknown>;
  const labels = isObject(metadata['labels']) ? metadata['labels'] : {};
  const base = name.slice(0, Math.max(0, name.lastIndexOf('-')));
  if (kind === 'Job' && /-\d+$/.test(name)) return [{ kind: 'CronJob', name: base }];
  if (kind !== 'ReplicaSet') return [];
  if (name === `${base}-${labels['pod-template-hash']}`) return [{ kind: 'Deployment', name: base }];
  if (name === `${base}-${labels['rollouts-pod-template-hash']}`) return [{ kind: 'Rollout', name: base }];
  return [];
}

/** A Job or Pod that has ended would begin again. */
function hasEnded(value: Draft['value']): boolean {
  const status = isObject(value['status']) ? value['status'] : {};
  if (value['kind'] === 'Pod') return status['phase'] === 'Succeeded' || status['phase'] === 'Failed';
  if (value['kind'] !== 'Job') return false;
  const conditions = Array.isArray(status['conditions']) ? status['conditions'] : [];
  return conditions.some(
    (each) =>
      isObject(each) &&
      each['status'] === 'True' &&
      (each['type'] === 'Complete' || each['type'] === 'Failed'),
  );
}

function note(drafts: readonly Draft[], code: string, what: string, diagnostics: Diagnostics): void {
  if (drafts.length === 0) return;
  const counts = new Map<string, number>();
  for (const { value } of drafts) {
    const { kind } = identityOf(value);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const listed = [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`);
  diagnostics.info(code, `${listed.join(', ')} ${what}.`, { position: positionOf(drafts[0].place, []) });
}
