/**
 * Fidelity: the admission plugins that look at new pods, in the server's order (kubeapiserver/options/plugins.go, 1.32): LimitRanger,
 * ServiceAccount, Priority, DefaultTolerationSeconds. What they make of a template is remembered, so that all its pods share one spec.
 */
import type { ControlPlane } from '../control/control-plane.ts';
import type { LimitRange, PriorityClass } from '../objects/cluster-scope.ts';
import type { Labels } from '../objects/meta.ts';
import type { Pod, PodSpec } from '../objects/pod.ts';
import { limitRanges, priorityClasses } from '../objects/resource-types.ts';
import type { AdmissionRequest } from '../store/api.ts';
import { done, type Outcome } from '../store/failure.ts';
import { forbid, joined } from './forbid.ts';
import { limitRangerAnnotation, podViolations, withContainerDefaults } from './limit-range.ts';
import {
  type Priorities,
  withDefaultTolerations,
  withPriority,
  withRequestsFromLimits,
  withServiceAccount,
} from './pod-defaults.ts';

/** What has become of a spec under the rules of one namespace; `spec` is null for one that is refused. */
interface Admitted {
  readonly limits: readonly LimitRange[];
  readonly priorities: number;
  readonly spec: PodSpec | null;
  readonly refusal: string;
  readonly note: string | null;
}

const noLimits: readonly LimitRange[] = [];

export class PodAdmission {
  readonly #plane: ControlPlane;
  readonly #admitted = new WeakMap<PodSpec, Admitted>();
  /** LimitRanges of the namespaces that have some. */
  readonly #limits = new Map<string, readonly LimitRange[]>();
  /** Counts changes of PriorityClasses. */
  #priorities = 0;
  #default: PriorityClass | undefined;
  readonly #annotations = new WeakMap<Labels, { readonly note: string; readonly annotations: Labels }>();

  constructor(plane: ControlPlane) {
    this.#plane = plane;
    plane.store.observe(limitRanges, ({ object }) => this.#readLimits(object.metadata.namespace ?? ''));
    plane.store.observe(priorityClasses, () => this.#readPriorities());
    this.#readPriorities();
  }

  #readLimits(namespace: string): void {
    const limits = [...this.#plane.store.table(limitRanges).values(namespace)];
    if (limits.length === 0) this.#limits.delete(namespace);
    else this.#limits.set(namespace, limits);
  }

  #readPriorities(): void {
    this.#priorities++;
    this.#default = undefined;
    for (const one of this.#plane.store.table(priorityClasses).values())
      if (one.globalDefault === true && (this.#default === undefined || one.value < this.#default.value))
        this.#default = one;
  }

  /** LimitRanges of a namespace; the same array while they stay the same. */
  limitsOf(namespace: string): readonly LimitRange[] {
    return this.#limits.get(namespace) ?? noLimits;
  }

  admit(request: AdmissionRequest): Outcome<Pod> {
    const pod = request.object as Pod;
    const limits = this.limitsOf(pod.metadata.namespace ?? '');
    let known = this.#admitted.get(pod.spec);
    if (known === undefined || known.limits !== limits || known.priorities !== this.#priorities) {
      known = this.#compute(pod.spec, limits);
      this.#admitted.set(pod.spec, known);
    }
    if (known.spec === null) return forbid(request, known.refusal);
    if (known.spec === pod.spec) return done(pod);
    const metadata = known.note === null ? pod.metadata : this.#annotated(pod.metadata, known.note);
    return done({ ...pod, metadata, spec: known.spec });
  }

  #compute(asked: PodSpec, limits: readonly LimitRange[]): Admitted {
    const base = { limits, priorities: this.#priorities };
    let spec = withRequestsFromLimits(asked);
    let note: string | null = null;
    for (const { spec: range } of limits) {
      const defaulted = withContainerDefaults(spec, range.limits);
      spec = defaulted.spec;
      note = defaulted.note ?? note;
    }
    const prioritized = withPriority(withServiceAccount(spec), this.#classes);
    if (typeof prioritized === 'string') return { ...base, spec: null, refusal: prioritized, note };
    spec = withDefaultTolerations(prioritized);
    for (const { spec: range } of limits) {
      const problems = podViolations(spec, range.limits);
      if (problems.length > 0) return { ...base, spec: null, refusal: joined(problems), note };
    }
    return { ...base, spec, refusal: '', note };
  }

  get #classes(): Priorities {
    return {
      byName: (name) => this.#plane.store.get(priorityClasses, '', name),
      default: this.#default,
    };
  }

  /** Pods of one template share the annotated map too. */
  #annotated(metadata: Pod['metadata'], note: string): Pod['metadata'] {
    const before = metadata.annotations;
    if (before === undefined) return { ...metadata, annotations: { [limitRangerAnnotation]: note } };
    let known = this.#annotations.get(before);
    if (known?.note !== note) {
      known = { note, annotations: { ...before, [limitRangerAnnotation]: note } };
      this.#annotations.set(before, known);
    }
    return { ...metadata, annotations: known.annotations };
  }
}
