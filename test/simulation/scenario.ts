import type { Command, Model } from '../../src/model/model.ts';
import type { Load, RateCurve, Step } from '../../src/world/traffic/model.ts';
import { ModelBuilder, second } from '../validation/builder.ts';
import type { Blueprint, CallBlueprint, LoadBlueprint, SourceBlueprint, StepBlueprint } from './blueprint.ts';

/** Demand ends, then everything that is still under way has this long to end. */
const drainMicros = 20_000 * second;
/** About as many attempts as a scenario causes in all, so that it takes milliseconds. */
const attemptsMax = 15_000;

/** The model of a blueprint, ready to run. Users stop sending after `seconds`; the run goes on until all is quiet. */
export function scenarioOf(blueprint: Blueprint): { model: Model; commands: Command[] } {
  const build = new ModelBuilder('random');
  const network = new NetworkOf(blueprint, build);
  const activeMicros = blueprint.seconds * second;
  for (const [index, source] of blueprint.sources.entries())
    addSource(build, network, source, index, blueprint);
  const commands = blueprint.commands.map(
    ({ atShare, service, replicas }): Command => ({
      atMicros: Math.round(atShare * activeMicros),
      kind: 'scale',
      service: `service-${service % blueprint.services.length}`,
      replicas,
    }),
  );
  const model = build.model({
    warmupMicros: Math.round(blueprint.warmupShare * activeMicros),
    durationMicros: activeMicros + drainMicros,
    sampleMicros: drainMicros / 4,
  });
  const zones = Array.from({ length: blueprint.zones }, (_, i) => `zone-${i}`);
  const traffic = { ...build.traffic(), zones, network: blueprint.network };
  return { model: { ...model, rooms: { traffic } }, commands };
}

/** The services of a blueprint, with every call tied to a service further down. */
class NetworkOf {
  readonly #build: ModelBuilder;
  readonly #blueprint: Blueprint;
  /** Endpoints by service. */
  readonly #endpoints: number[][];
  /** Attempts that one request to an endpoint may cause when a part of them fails, itself included. */
  readonly #attempts = new Map<number, number>();

  constructor(blueprint: Blueprint, build: ModelBuilder) {
    this.#build = build;
    this.#blueprint = blueprint;
    const { services } = blueprint;
    const ids = services.map(({ options, pools }, i) =>
      build.service(`service-${i}`, {
        ...options,
        pools: pools.map((pool, p) => ({ ...pool, name: `pool-${p}` })),
      }),
    );
    this.#endpoints = services.map(() => []);
    // From the bottom up, because a call needs its endpoint.
    for (let i = services.length - 1; i >= 0; i--) {
      for (const [e, { steps, errorRate }] of services[i].endpoints.entries()) {
        const weight = { attempts: 1 };
        const made = this.#steps(i, steps, weight);
        const id = build.endpoint(ids[i], `endpoint-${e}`, made, errorRate);
        this.#endpoints[i].push(id);
        this.#attempts.set(id, weight.attempts);
      }
    }
  }

  /** A call by a service, or by users (null); null when there is nothing further down. */
  call(
    client: number | null,
    { target, pool, policy }: CallBlueprint,
  ): { id: number; attempts: number } | null {
    const below = this.#endpoints.slice(client === null ? 0 : client + 1).flat();
    if (below.length === 0) return null;
    const endpoint = below[target % below.length];
    const pools = client === null ? 0 : this.#blueprint.services[client].pools.length;
    const id = this.#build.call(client, endpoint, { ...policy, pool: pool < pools ? pool : null });
    const each = (policy.retries.max / 2 + 1) * ((policy.hedge?.max ?? 0) / 2 + 1);
    return { id, attempts: each * (this.#attempts.get(endpoint) ?? 1) };
  }

  #steps(client: number, steps: readonly StepBlueprint[], weight: { attempts: number }): Step[] {
    return steps.flatMap((step) => this.#step(client, step, weight) ?? []);
  }

  #step(client: number, step: StepBlueprint, weight: { attempts: number }): Step | null {
    const { probability } = step;
    switch (step.kind) {
      case 'cpu':
      case 'wait': {
        const perAttribute = step.perByte === 0 ? [] : [{ attribute: 'bytes', micros: step.perByte }];
        return { kind: step.kind, probability, work: { base: step.base, perAttribute } };
      }
      case 'sequence':
        return { kind: 'sequence', probability, steps: this.#steps(client, step.steps, weight) };
      case 'call': {
        const call = this.#counted(client, step.call, weight, probability);
        return call === null ? null : { kind: 'call', probability, call };
      }
      case 'parallel': {
        const calls = step.calls.flatMap((call) => this.#counted(client, call, weight, probability) ?? []);
        return calls.length === 0 ? null : { kind: 'parallel', probability, calls };
      }
    }
  }

  #counted(
    client: number,
    blueprint: CallBlueprint,
    weight: { attempts: number },
    probability: number,
  ): number | null {
    const call = this.call(client, blueprint);
    if (call === null) return null;
    weight.attempts += probability * call.attempts;
    return call.id;
  }
}

function addSource(
  build: ModelBuilder,
  network: NetworkOf,
  source: SourceBlueprint,
  index: number,
  { sources, seconds }: Blueprint,
): void {
  const calls = source.requests.map(
    ({ call }) => network.call(null, call) as { id: number; attempts: number },
  );
  const heaviest = Math.max(...calls.map(({ attempts }) => attempts));
  const requests = Math.max(1, Math.min(3_000, Math.floor(attemptsMax / sources.length / heaviest)));
  build.source(
    `source-${index}`,
    calls.map(({ id }) => id),
    loadOf(source.load, requests, seconds),
    { keys: source.keys, latency: source.latency, weights: source.requests.map(({ weight }) => weight) },
  );
}

/** A load of about `requests` requests in `seconds`, at most. */
function loadOf(load: LoadBlueprint, requests: number, seconds: number): Load {
  switch (load.kind) {
    case 'open':
      return { kind: 'open', arrivals: load.arrivals, rate: curve(load.levels, requests / seconds, seconds) };
    case 'sessions':
      return {
        kind: 'sessions',
        arrivals: load.arrivals,
        rate: curve(load.levels, requests / seconds / load.journey.length, seconds),
        journey: load.journey.map((stop) => ({ ...stop, request: 0 })),
      };
    case 'closed':
      // A user thinks for about 30 ms, and sends some 15 requests a second when answers take as long.
      return {
        kind: 'closed',
        users: curve(load.levels, Math.max(1, Math.min(60, requests / seconds / 15)), seconds),
        think: { kind: 'mixture', weights: [1], parts: [atLeastOneMillisecond(load.think)] },
      };
    case 'counts':
      return {
        kind: 'counts',
        intervalMicros: (seconds * second) / load.levels.length,
        counts: load.levels.map((level) => Math.floor((level * requests) / load.levels.length / load.scale)),
        scale: load.scale,
      };
    case 'timestamps':
      return trace(load.gaps, load.scale, seconds, requests);
  }
}

/** A constant of nothing would let time stand still. */
function atLeastOneMillisecond(think: Extract<LoadBlueprint, { kind: 'closed' }>['think']): typeof think {
  return think.kind === 'deterministic' && think.value < 1_000 ? { ...think, value: 1_000 } : think;
}

/** The levels one after the other as a share of `top`, then nothing. */
function curve(levels: readonly number[], top: number, seconds: number): RateCurve {
  const width = (seconds * second) / levels.length;
  const atMicros = levels.flatMap((_, i) => [Math.round(i * width), Math.round((i + 0.7) * width)]);
  const values = levels.flatMap((level) => [level * top, level * top]);
  return {
    atMicros: [...atMicros, seconds * second, seconds * second],
    values: [...values, values[values.length - 1], 0],
  };
}

function trace(gaps: readonly number[], scale: number, seconds: number, requests: number): Load {
  let at = 0;
  const atMicros = gaps
    .slice(0, Math.ceil(requests / scale))
    .map((gap) => (at += gap))
    .filter((micros) => micros <= seconds * second);
  return {
    kind: 'timestamps',
    atMicros,
    scale,
    attributes: { bytes: atMicros.map((micros) => micros % 997) },
  };
}
