/**
 * Fidelity: the history of StatefulSets and DaemonSets as ControllerRevisions (controller/history, 1.32): one for each template, numbered
 * upwards; a template that comes back takes its old object with a new number.
 */
import type { ControlPlane } from '../../control/control-plane.ts';
import type { Write } from '../../control/controller.ts';
import { controlledBy, controllerOf, type Draft, type KubeObject } from '../../objects/meta.ts';
import type { PodTemplate } from '../../objects/pod.ts';
import { controllerRevisions, type ResourceType } from '../../objects/resource-types.ts';
import { sameValue } from '../../store/equality.ts';
import { done } from '../../store/failure.ts';
import { Index } from '../../store/store.ts';
import { hashOf } from './template-hash.ts';

export interface ControllerRevision extends KubeObject {
  readonly data: { readonly spec: { readonly template: PodTemplate & { readonly $patch: 'replace' } } };
  readonly revision: number;
}

const type = controllerRevisions as ResourceType<KubeObject> as ResourceType<ControllerRevision>;
export const hashLabel = 'controller.kubernetes.io/hash';
export const revisionLabel = 'controller-revision-hash';

type Owner = KubeObject & { readonly spec: { readonly template: PodTemplate } };

/** The revision of the present template, or the write that makes it so. */
export type Current = { readonly revision: ControllerRevision } | { readonly write: Write };

const templates = new WeakMap<ControllerRevision['data'], PodTemplate>();

/** The template that a revision keeps; the same object for all that ask. */
export function templateOf({ data }: ControllerRevision): PodTemplate {
  let template = templates.get(data);
  if (template === undefined) {
    const { $patch: _, ...rest } = data.spec.template;
    template = rest;
    templates.set(data, template);
  }
  return template;
}

export class ControllerRevisions {
  readonly #plane: ControlPlane;
  readonly #byOwner: Index<ControllerRevision>;

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#byOwner = new Index(plane.store, type, (revision) => controllerOf(revision)?.uid);
  }

  /** Oldest first. */
  of(owner: KubeObject): readonly ControllerRevision[] {
    return [...this.#byOwner.get(owner.metadata.uid)].sort(
      (a, b) => a.revision - b.revision || (a.metadata.name < b.metadata.name ? -1 : 1),
    );
  }

  /** `collided` is the write that counts a collision of names, should there be one. */
  current(owner: Owner, collisions: number | undefined, collided: Write): Current {
    const revisions = this.of(owner);
    const { template } = owner.spec;
    const alike = revisions.filter((revision) => sameValue(templateOf(revision), template)).at(-1);
    const last = revisions.at(-1);
    if (alike !== undefined && alike === last) return { revision: alike };
    const number = (last?.revision ?? 0) + 1;
    if (alike !== undefined) return { write: this.#renumber(alike, number) };
    return { write: this.#create(owner, collisions, number, collided) };
  }

  #renumber({ metadata: { namespace = '', name } }: ControllerRevision, revision: number): Write {
    return () => this.#plane.api.modify(type, namespace, name, (now) => ({ ...now, revision }));
  }

  #create(owner: Owner, collisions: number | undefined, revision: number, collided: Write): Write {
    const draft = draftOf(owner, collisions, revision);
    return () => {
      const outcome = this.#plane.api.create(type, draft);
      if (outcome.ok || outcome.failure.reason !== 'AlreadyExists') return outcome;
      const { namespace = '', name = '' } = draft.metadata;
      const there = this.#plane.store.get(type, namespace, name);
      const isOurs = there !== undefined && sameValue(templateOf(there), owner.spec.template);
      return isOurs ? done(there) : collided();
    };
  }

  /** Deletes the oldest of those that nothing uses, beyond the limit. */
  forget(owner: KubeObject, used: ReadonlySet<string>, limit: number): Write[] {
    const idle = this.of(owner).filter(({ metadata }) => !used.has(metadata.name));
    return idle.slice(0, Math.max(0, idle.length - limit)).map(
      ({ metadata: { namespace = '', name } }) =>
        () =>
          this.#plane.api.delete(type, namespace, name),
    );
  }
}

function draftOf(owner: Owner, collisions: number | undefined, revision: number): Draft<ControllerRevision> {
  const { template } = owner.spec;
  const hash = hashOf(template, collisions);
  const { name, namespace = '' } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [hashLabel]: hash },
      ownerReferences: [controlledBy(owner)],
    },
    data: { spec: { template: { ...template, $patch: 'replace' } } },
    revision,
  };
}
