/**
 * Fidelity: what users do, as load generators describe it: k6's open and closed models and stages, Locust's journeys,
 * replayed traces. Users send to replicas of the entry directly; the way to them takes no time unless it is stated.
 */
import { distributionMean } from '../../../../base/distribution.ts';
import type { Distribution } from '../../../../base/distribution-spec.ts';
import type { Traffic, TrafficSpec, WrittenClient } from '../../../../model/kinds/traffic.ts';
import type { Path } from '../../../../model/place.ts';
import { isInDoubt, qualifiedName, type Resource } from '../../../../model/resource.ts';
import type { Load, Source } from '../../model.ts';
import { AmountReader } from '../amount.ts';
import type { EndpointDraft, Scope } from '../draft.ts';
import type { Lookup } from '../lookup.ts';
import { compilePolicy } from '../policy.ts';
import { suggestion, where } from '../report.ts';
import { shareOf } from '../service.ts';
import { compileTrace } from '../trace/load.ts';
import { ShapeReader } from './shape.ts';
import { allEndpoints, findTarget, resolveRequest, type Target } from './target.ts';

const none: Distribution = { kind: 'deterministic', value: 0 };
/** What keeps users who are refused at once from coming back at the very same instant. */
const leastLatency: Distribution = { kind: 'deterministic', value: 1 };
/** Keys are held in a table; the least popular of more would hardly ever be drawn. */
const keysMax = 1_000_000;

interface Asked {
  /** Names by which a journey may mean it. */
  readonly names: readonly string[];
  readonly endpoint: EndpointDraft;
  readonly weight: number;
  readonly path: Path;
}

/** Sources in the order of the documents. Those that cannot be compiled are errors and left out. */
export function compileSources(scope: Scope, lookup: Lookup): Source[] {
  const documents = scope.resources.byKind<Traffic>('Traffic');
  const sources: Source[] = [];
  for (const document of documents) {
    const twice = documents.some((other) => other !== document && other.name === document.name);
    const name = twice ? qualifiedName(document.namespace, document.name) : document.name;
    const source = new SourceCompiler(scope, lookup, document).compile(sources.length, name);
    if (source !== null) sources.push(source);
  }
  return sources;
}

class SourceCompiler {
  readonly #scope: Scope;
  readonly #lookup: Lookup;
  readonly #traffic: Resource<Traffic>;
  readonly #spec: TrafficSpec;
  readonly #amounts: AmountReader;

  constructor(scope: Scope, lookup: Lookup, traffic: Resource<Traffic>) {
    this.#scope = scope;
    this.#lookup = lookup;
    this.#traffic = traffic;
    this.#spec = traffic.value.spec;
    this.#amounts = new AmountReader(scope.context, traffic);
  }

  compile(id: number, name: string): Source | null {
    const target = findTarget(this.#traffic, this.#scope.resources, this.#lookup, this.#scope.context);
    const asked = target === null ? [] : this.#requests(target);
    // The rest is read also without a target, so that all its mistakes are told at once.
    const load = this.#load(asked, target);
    const calls = this.#calls(asked);
    const stated = this.#statedLatency();
    const keys = this.#keys();
    this.#checkWeights();
    if (target === null || asked.length === 0 || load === null) return null;
    const latency = this.#latency(stated, load, asked[0]);
    return { id, name, requests: calls, keys, latency, load };
  }

  #requests(target: Target): Asked[] {
    const written = this.#spec.requests;
    if (written !== undefined) return written.flatMap((one, index) => this.#request(target, one, index));
    const only = this.#spec.target.endpoint;
    if (only !== undefined)
      return this.#resolve(target, { endpoint: only }, ['spec', 'target', 'endpoint'], 1, []);
    const endpoints = allEndpoints(target, this.#lookup);
    if (endpoints.length === 0 && this.#scope.resources.whole) {
      this.#error(
        'nothing-to-ask',
        `${this.#traffic.id} finds nothing to ask for.`,
        ['spec', 'target'],
        'List requests, or give the Ingress rules.',
      );
    } else if (endpoints.length > 1) {
      this.#scope.context.infer({
        resource: this.#traffic.id,
        path: 'requests',
        value: endpoints.map((endpoint) => `${endpoint.service.base.name}/${endpoint.name}`).join(', '),
        source: 'default: every endpoint of the target alike',
      });
    }
    return endpoints.map((endpoint) => ({
      names: [endpoint.name],
      endpoint,
      weight: 1,
      path: ['spec', 'target'],
    }));
  }

  #request(target: Target, written: NonNullable<TrafficSpec['requests']>[number], index: number): Asked[] {
    const path = ['spec', 'requests', index];
    const field =
      written.path === undefined ? (written.endpoint === undefined ? [] : ['endpoint']) : ['path'];
    const names = [written.name, written.endpoint, written.path].filter((name) => name !== undefined);
    return this.#resolve(target, written, [...path, ...field], written.weight ?? 1, names);
  }

  #resolve(
    target: Target,
    asked: {
      readonly endpoint?: string | undefined;
      readonly host?: string | undefined;
      readonly path?: string | undefined;
    },
    path: Path,
    weight: number,
    names: readonly string[],
  ): Asked[] {
    const found = resolveRequest(target, asked, this.#lookup);
    if (found === 'inDoubt') return [];
    if ('value' in found) {
      return [{ names: [...names, found.value.name], endpoint: found.value, weight, path }];
    }
    this.#error(found.code, found.message, path, found.remedy);
    return [];
  }

  /** Judges what is written, wherever it leads. */
  #checkWeights(): void {
    const written = this.#spec.requests;
    if (written === undefined || this.#spec.sessions !== undefined) return;
    const total = written.reduce((sum, one) => sum + (one.weight ?? 1), 0);
    if ((total > 0 && Number.isFinite(total)) || isInDoubt(this.#traffic, ['spec', 'requests'])) return;
    this.#error(
      'weights',
      `The weights of ${this.#traffic.id} add up to ${total}.`,
      ['spec', 'requests'],
      'Give at least one request a weight above zero.',
    );
  }

  #calls(asked: readonly Asked[]): { call: number; weight: number }[] {
    const path = ['spec', 'client'];
    const own: WrittenClient = this.#spec.client ?? {};
    const written = {
      resource: this.#traffic,
      own,
      ownPath: path,
      shown: 'client',
      defaults: {},
      defaultsPath: path,
    };
    const policy = compilePolicy(written, this.#scope.context);
    const drawn = asked.some((one) => one.weight > 0);
    return asked.map(({ endpoint, weight }) => ({
      call: this.#scope.calls.add(
        { client: null, endpoint: endpoint.id, optional: false, ...policy, pool: null },
        { resource: this.#traffic, path, inferred: false },
      ),
      // A journey does not draw; its requests need weights all the same.
      weight: drawn ? weight : 1,
    }));
  }

  #keys(): Source['keys'] {
    const written = this.#spec.keys;
    if (written === undefined) return null;
    const skew = written.skew ?? 0;
    if (written.count > keysMax) {
      this.#scope.context.diagnostics.warning(
        'keys-bounded',
        `${this.#traffic.id} asks for ${written.count} keys; ${keysMax} are simulated.`,
        where(
          this.#traffic,
          ['spec', 'keys', 'count'],
          `State at most ${keysMax}: the rest is hardly ever asked for.`,
        ),
      );
    }
    return { count: Math.min(written.count, keysMax), skew };
  }

  #statedLatency(): Distribution | null {
    const written = this.#spec.client?.latency;
    return written === undefined ? null : this.#amounts.distribution(written, ['spec', 'client', 'latency']);
  }

  #latency(stated: Distribution | null, load: Load, asked: Asked): Distribution {
    const entry = asked.endpoint.service.base.name;
    const returning = load.kind === 'closed' && distributionMean(load.think) === 0;
    if (returning && (stated === null || distributionMean(stated) === 0)) {
      this.#infer(
        'client.latency',
        '1µs',
        'users who do not think must take some time to come back when they are refused at once',
      );
      return leastLatency;
    }
    if (stated !== null) return stated;
    this.#infer(
      'client.latency',
      '0s',
      `nothing is stated: times are those at ${entry}, without the way to the users`,
    );
    return none;
  }

  #load(asked: readonly Asked[], target: Target | null): Load | null {
    const shapes = new ShapeReader(this.#traffic, this.#scope.context);
    const { open, closed, sessions, trace } = this.#spec;
    if (open !== undefined) {
      return {
        kind: 'open',
        rate: shapes.rate(open, ['spec', 'open']),
        arrivals: open.arrivals ?? 'poisson',
      };
    }
    if (closed !== undefined) {
      const think =
        closed.thinkTime === undefined
          ? none
          : this.#amounts.distribution(closed.thinkTime, ['spec', 'closed', 'thinkTime']);
      if (closed.thinkTime === undefined)
        this.#infer('closed.thinkTime', '0s', 'default: users send the next request at once');
      return { kind: 'closed', users: shapes.users(closed, ['spec', 'closed']), think };
    }
    if (sessions !== undefined) {
      return {
        kind: 'sessions',
        rate: shapes.rate(sessions, ['spec', 'sessions']),
        arrivals: sessions.arrivals ?? 'poisson',
        journey: this.#journey(sessions.journey, asked as Asked[], target),
      };
    }
    return trace === undefined ? null : compileTrace(this.#traffic, trace, this.#scope.context);
  }

  /** Visits as positions among the requests; an endpoint that is no request yet becomes one of weight 0. */
  #journey(
    written: NonNullable<TrafficSpec['sessions']>['journey'],
    asked: Asked[],
    target: Target | null,
  ): Extract<Load, { kind: 'sessions' }>['journey'] {
    return written.flatMap((visit, index) => {
      const path = ['spec', 'sessions', 'journey', index];
      const think =
        visit.thinkTime === undefined
          ? none
          : this.#amounts.distribution(visit.thinkTime, [...path, 'thinkTime']);
      let request = asked.findIndex((one) => one.names.includes(visit.request));
      // Why a request of the list leads nowhere is told where it is written.
      if (request === -1 && (target === null || this.#lists(visit.request))) return [];
      if (request === -1 && target !== null) {
        const byPath = visit.request.startsWith('/') ? { path: visit.request } : { endpoint: visit.request };
        const found = resolveRequest(target, byPath, this.#lookup);
        if (found === 'inDoubt') return [];
        if (!('value' in found)) {
          const names = [...new Set(asked.flatMap((one) => one.names))];
          const message = `"${visit.request}" is neither a request of ${this.#traffic.id} nor an endpoint of its target.`;
          this.#error(
            'unknown-request',
            message,
            [...path, 'request'],
            suggestion(visit.request, names, 'requests'),
          );
          return [];
        }
        request = asked.push({ names: [visit.request], endpoint: found.value, weight: 0, path }) - 1;
      }
      return [{ request, think, probability: shareOf(visit.probability, 1) }];
    });
  }

  /** Whether the Traffic has a request of that name, or may have one where a name is not known. */
  #lists(name: string): boolean {
    if (isInDoubt(this.#traffic, ['spec', 'requests'])) return true;
    return (this.#spec.requests ?? []).some((one) => [one.name, one.endpoint, one.path].includes(name));
  }

  #infer(path: string, value: string, source: string): void {
    this.#scope.context.infer({ resource: this.#traffic.id, path, value, source });
  }

  #error(code: string, message: string, path: Path, remedy: string): void {
    this.#scope.context.diagnostics.error(code, message, where(this.#traffic, path, remedy));
  }
}
