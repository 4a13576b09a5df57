/**
 * Fidelity: metrics of applications as prometheus-adapter serves them with its usual rules: a gauge has its last scraped value,
 * a counter `x_total` is served as the rate `x_per_second` over the last minute. A pod's own metrics come from its
 * processes. Metrics of a Service are those of the series whose label `service` names it; of an Ingress, all users' together.
 * Simplified: no configuration of the adapter's own; series are asked for by name and labels alone.
 */
import { microsPerMinute } from '../../../base/time.ts';
import type { Matcher, Reader, SeriesView } from '../../../telemetry/reader.ts';
import type { KubernetesModel } from '../model.ts';
import { pods } from '../objects/resource-types.ts';
import type { Store } from '../store/store.ts';
import type { Kubelet } from './kubelet/kubelet.ts';
import type { Processes } from './processes.ts';
import type { ApplicationMetrics } from './resource-metrics.ts';

export interface AdapterParts {
  readonly engine: { readonly now: number };
  readonly telemetry: Reader;
  readonly model: KubernetesModel;
  readonly store: Store;
  readonly kubelet: Kubelet;
  readonly processes: Processes;
}

const rateSuffix = '_per_second';
const rateWindowMicros = microsPerMinute;

export class AdaptedMetrics implements ApplicationMetrics {
  readonly #parts: AdapterParts;

  constructor(parts: AdapterParts) {
    this.#parts = parts;
  }

  pod(namespace: string, name: string, metric: string): number | null {
    const { store, kubelet, processes } = this.#parts;
    const pod = store.get(pods, namespace, name);
    if (pod === undefined) return null;
    let sum: number | null = null;
    for (const { process } of kubelet.podOf(pod.metadata.uid)?.containers ?? []) {
      const value = process === null ? Number.NaN : processes.metric(process, metric);
      if (!Number.isNaN(value)) sum = (sum ?? 0) + value;
    }
    return sum;
  }

  object(namespace: string, kind: string, name: string, metric: string): number | null {
    const values = this.#values(metric, kind === 'Service' ? [this.#serviceMatcher(namespace, name)] : []);
    return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
  }

  external(
    _namespace: string,
    metric: string,
    labels: Readonly<Record<string, string>>,
  ): readonly number[] | null {
    const matchers = Object.entries(labels).map(
      ([label, value]): Matcher => ({ label, operator: '=', value }),
    );
    const values = this.#values(metric, matchers);
    return values.length === 0 ? null : values;
  }

  /** Telemetry names services as the traffic room does. */
  #serviceMatcher(namespace: string, name: string): Matcher {
    const serving = this.#parts.model.servings.find(
      (each) => each.namespace === namespace && each.services.includes(name),
    );
    return { label: 'service', operator: '=', value: serving?.service ?? `${namespace}/${name}` };
  }

  #values(metric: string, matchers: readonly Matcher[]): number[] {
    const now = this.#parts.engine.now;
    const select = (name: string): SeriesView[] =>
      this.#parts.telemetry.select(
        [{ label: '__name__', operator: '=', value: name }, ...matchers],
        now - rateWindowMicros,
        now,
      );
    const gauges = select(metric).map(lastOf);
    const rates = metric.endsWith(rateSuffix)
      ? select(`${metric.slice(0, -rateSuffix.length)}_total`).map(rateOf)
      : [];
    return [...gauges, ...rates].filter((value) => !Number.isNaN(value));
  }
}

function lastOf({ values }: SeriesView): number {
  return values.length === 0 ? Number.NaN : values[values.length - 1];
}

/** Per second, from the first sample of the window to its last. */
function rateOf({ values, timesMicros }: SeriesView): number {
  const last = values.length - 1;
  if (last < 1) return Number.NaN;
  return ((values[last] - values[0]) * 1e6) / (timesMicros[last] - timesMicros[0]);
}
