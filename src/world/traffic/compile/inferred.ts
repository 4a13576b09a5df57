/**
 * Fidelity: what a service without a ServiceModel does: the work of its image's preset, then the calls that its
 * environment, arguments and configuration files name. Real handlers ask a cache first, the database on a miss, other
 * services, and queues last; the shares below are assumptions in the middle of what is common, each is listed and
 * meant to be replaced. A cache that fails is not bypassed: the request fails with it.
 */
import { lognormalFromMean } from '../../../base/distribution.ts';
import { formatDuration } from '../../../base/time.ts';
import type { CompileContext } from '../../../model/kind.ts';
import type { ResourceSet } from '../../../model/resource.ts';
import type { Step } from '../model.ts';
import { settingReader } from './cluster/environment.ts';
import type { ServiceDocument } from './cluster/manifest.ts';
import { mentionsIn, resolveHost, type ServiceName } from './cluster/reference.ts';
import { podPathOf } from './cluster/workload.ts';
import { describeDistribution, describeShare } from './describe.ts';
import { type CallTable, type EndpointDraft, endpointName, type ServiceDraft } from './draft.ts';
import type { Lookup } from './lookup.ts';
import { plainPolicy } from './policy.ts';
import type { Role } from './preset/preset.ts';
import { listed, suggestion, where } from './report.ts';

/** Share of requests that miss the cache and go on to the database. */
const cacheMissShare = 0.2;
/** Share of requests that change something and tell a queue. */
const writeShare = 0.2;
/** Share of requests that search. */
const searchShare = 0.2;
/** Other services that one request asks on average, however many are configured. */
const servicesPerRequest = 2;

/** A service that another one names, and the text that names it. */
export interface Reference {
  readonly target: ServiceDraft;
  /** e.g. `REDIS_URL=redis://redis:6379`. */
  readonly shown: string;
}

/** A call that is inferred but not yet part of the model, since it may close a circle. */
export interface PlannedCall {
  readonly from: EndpointDraft;
  readonly to: EndpointDraft;
  readonly probability: number;
  readonly why: string;
  readonly shown: string;
  readonly optional: boolean;
  /** Leads to another service's own code or a proxy, not to a store. */
  readonly toPeer: boolean;
}

/** Whom the service's configuration names, in the order of first mention, watchers and itself left out. */
export function findReferences(
  draft: ServiceDraft,
  resources: ResourceSet,
  lookup: Lookup,
  context: CompileContext,
): Reference[] {
  const role = draft.recognition.preset.role;
  // Databases, caches and queues name their own replicas and keepers, which no request waits for.
  if (role !== 'application' && role !== 'proxy') return [];
  const found = new Map<ServiceDraft, Reference>();
  const missing = new Set<string>();
  for (const clue of draft.environment.clues) {
    for (const mention of mentionsIn(clue)) {
      const known = (service: ServiceName): boolean =>
        resources.find('Service', service.namespace, service.name) !== null;
      const resolved = resolveHost(mention.host.toLowerCase(), draft.deployed.namespace, known);
      if (resolved.missing !== null && !missing.has(mention.host)) {
        missing.add(mention.host);
        warnMissing(draft, mention.host, resolved.missing, clue.shown, resources, context);
      }
      if (resolved.service === null) continue;
      const target = lookup.service(resolved.service.namespace, resolved.service.name);
      if (target === null || target === draft || isWatcher(target)) continue;
      checkPort(draft, resolved.service, mention.port, clue.shown, resources, context);
      if (!found.has(target)) found.set(target, { target, shown: clue.shown });
    }
  }
  noteHidden(draft, context);
  return [...found.values()];
}

function isWatcher(draft: ServiceDraft): boolean {
  return draft.model === null && draft.recognition.preset.role === 'telemetry';
}

function warnMissing(
  draft: ServiceDraft,
  host: string,
  meant: ServiceName,
  shown: string,
  resources: ResourceSet,
  context: CompileContext,
): void {
  const names = resources
    .byKind('Service')
    .filter((service) => service.namespace === meant.namespace)
    .map((service) => service.name);
  context.diagnostics.warning(
    'unknown-host',
    `${draft.resource.id} names ${host} (${shown}), but there is no Service ${meant.name} in namespace ${meant.namespace}; the call is not simulated.`,
    where(
      draft.resource,
      podPathOf(draft.resource),
      suggestion(meant.name, names, `Services in namespace ${meant.namespace}`),
    ),
  );
}

function checkPort(
  draft: ServiceDraft,
  name: ServiceName,
  port: number | null,
  shown: string,
  resources: ResourceSet,
  context: CompileContext,
): void {
  const service = resources.find<ServiceDocument>('Service', name.namespace, name.name);
  const spec = service?.value.spec;
  // A headless Service resolves to pods, whose ports need not be declared anywhere.
  if (service === null || port === null || spec?.clusterIP === 'None') return;
  const ports = (spec?.ports ?? []).map((one) => one.port);
  if (ports.length === 0 || ports.includes(port)) return;
  context.diagnostics.warning(
    'call-port-mismatch',
    `${draft.resource.id} calls port ${port} of ${service.id} (${shown}), which has ${listed(ports.map(String))}; it is simulated as if it had it.`,
    where(draft.resource, podPathOf(draft.resource), 'Make the address and the ports of the Service agree.'),
  );
}

const addressVariable = /(?:URL|URI|HOST|ADDR|ADDRESS|DSN|ENDPOINT|BROKERS|CONNECTION)(?:_STRING)?$/i;

/** A variable such as DATABASE_URL that comes from a secret hides a call. */
function noteHidden(draft: ServiceDraft, context: CompileContext): void {
  const hidden = draft.environment.hidden.filter((name) => addressVariable.test(name));
  if (hidden.length === 0) return;
  context.diagnostics.info(
    'hidden-address',
    `${draft.resource.id} takes ${listed(hidden)} from a Secret that is not among the manifests, so the calls behind cannot be inferred.`,
    where(
      draft.resource,
      podPathOf(draft.resource),
      'State them in a ServiceModel, or add the Secret with stringData (without the real password).',
    ),
  );
}

/**
 * Endpoints of a service that nobody describes: those of its preset; a proxy in front of several services has one for each of
 * them, since one request goes to one of them.
 */
export function inferredEndpoints(draft: ServiceDraft, references: readonly Reference[]): EndpointDraft[] {
  const { preset } = draft.recognition;
  const blank = { id: -1, service: draft, errorRate: 0 };
  if (preset.role === 'proxy' && references.length > 1) {
    return references.map(({ target }) => ({
      ...blank,
      name: `to ${nameFor(draft, target)}`,
      preset: preset.endpoints[0],
      upstream: target,
      steps: [],
    }));
  }
  return preset.endpoints.map((endpoint) => ({
    ...blank,
    name: endpoint.name,
    preset: endpoint,
    upstream: null,
    steps: [],
  }));
}

const callOrder: readonly Role[] = [
  'cache',
  'database',
  'search',
  'storage',
  'proxy',
  'application',
  'queue',
  'telemetry',
];

/** The calls of every inferred endpoint, in the order in which a request makes them. */
export function planCalls(draft: ServiceDraft, references: readonly Reference[]): PlannedCall[] {
  const ordered = references
    .map((reference) => ({ reference, role: reference.target.recognition.preset.role }))
    .sort((a, b) => callOrder.indexOf(a.role) - callOrder.indexOf(b.role));
  const peers = ordered.filter(({ role }) => role === 'application' || role === 'proxy').length;
  const cached = ordered.some(({ role }) => role === 'cache');
  return draft.endpoints.flatMap((from) =>
    ordered
      .filter(({ reference }) => from.upstream === null || from.upstream === reference.target)
      .flatMap(({ reference, role }) => {
        const all = spread(reference.target);
        const use = from.upstream === null ? usage(role, cached, peers) : passedOn;
        return all.map((to) => ({
          from,
          to,
          probability: use.share / all.length,
          why: all.length === 1 ? use.why : `${use.why}, spread over ${all.length} endpoints`,
          shown: reference.shown,
          optional: role === 'queue',
          toPeer: role === 'application' || role === 'proxy',
        }));
      }),
  );
}

/** A proxy's endpoints stand for its upstreams, of which a request meets one; elsewhere the first is what callers use. */
function spread(target: ServiceDraft): readonly EndpointDraft[] {
  return target.endpoints.some((endpoint) => endpoint.upstream !== null)
    ? target.endpoints
    : target.endpoints.slice(0, 1);
}

interface Usage {
  readonly share: number;
  readonly why: string;
}

const passedOn: Usage = { share: 1, why: 'a proxy passes every request on' };

function usage(role: Role, cached: boolean, peers: number): Usage {
  switch (role) {
    case 'cache':
      return { share: 1, why: 'the cache is asked first' };
    case 'database':
      return cached
        ? {
            share: cacheMissShare,
            why: `assumed: ${describeShare(cacheMissShare)} of requests miss the cache`,
          }
        : { share: 1, why: 'no cache stands before the database' };
    case 'search':
      return { share: searchShare, why: `assumed: ${describeShare(searchShare)} of requests search` };
    case 'storage':
    case 'queue':
      return { share: writeShare, why: `assumed: ${describeShare(writeShare)} of requests write` };
    default:
      return peers <= servicesPerRequest
        ? { share: 1, why: 'every request asks it' }
        : {
            share: servicesPerRequest / peers,
            why: `assumed: a request asks ${servicesPerRequest} of the ${peers} services it knows`,
          };
  }
}

/** Writes work and calls of an inferred endpoint into its steps, and lists them. */
export class InferredSteps {
  readonly #calls: CallTable;
  readonly #context: CompileContext;

  constructor(calls: CallTable, context: CompileContext) {
    this.#calls = calls;
    this.#context = context;
  }

  write(endpoint: EndpointDraft, planned: readonly PlannedCall[]): void {
    const preset = endpoint.preset!;
    for (const work of preset.work) {
      const base = lognormalFromMean(work.meanMicros, work.cv);
      this.#infer(endpoint, work.kind, describeDistribution(base), preset.basis);
      if (work.probability < 1)
        this.#infer(endpoint, 'probability', describeShare(work.probability), preset.basis);
      endpoint.steps.push({
        kind: work.kind,
        probability: work.probability,
        work: { base, perAttribute: [] },
      });
    }
    for (const plan of planned) endpoint.steps.push(this.#call(endpoint, plan));
  }

  #call(endpoint: EndpointDraft, plan: PlannedCall): Step {
    const draft = endpoint.service;
    const { callTimeoutMicros, callTimeoutBasis } = draft.recognition.preset;
    this.#infer(endpoint, 'call', endpointName(plan.to), plan.shown);
    this.#infer(endpoint, 'probability', describeShare(plan.probability), plan.why);
    const timeout =
      callTimeoutMicros === null ? 'no timeout' : `timeout ${formatDuration(callTimeoutMicros)}`;
    this.#inferAt(
      endpoint,
      '',
      `${timeout}, balancer random, no retries`,
      `${callTimeoutBasis}; kube-proxy picks a pod at random (iptables mode)`,
    );
    if (plan.optional)
      this.#infer(endpoint, 'optional', 'true', 'a message that cannot be sent is assumed to be sent later');
    const call = this.#calls.add(
      {
        client: draft.id,
        endpoint: plan.to.id,
        optional: plan.optional,
        ...plainPolicy,
        timeoutMicros: callTimeoutMicros,
        pool: this.#pool(draft, plan.to.service),
      },
      { resource: draft.resource, path: podPathOf(draft.resource), inferred: true },
    );
    return { kind: 'call', probability: plan.probability, call };
  }

  /** The pool that the platform's database client keeps; one for each database. */
  #pool(draft: ServiceDraft, target: ServiceDraft): number | null {
    const { preset } = target.recognition;
    if (preset.role !== 'database' && preset.name !== 'pgbouncer') return null;
    const name = nameFor(draft, target);
    const known = draft.pools.findIndex((pool) => pool.name === name);
    if (known !== -1) return known;
    const usual = draft.recognition.preset.pool;
    const stated = statedPoolSize(draft);
    if (stated === null && usual === null) return null;
    const size = (stated ?? usual!.size) * draft.processes;
    const basis = stated === null ? usual!.basis : `pool size ${stated} as configured`;
    const each = draft.processes === 1 ? '' : ` in each of ${draft.processes} processes`;
    this.#context.infer({
      resource: draft.resource.id,
      path: `pools[${JSON.stringify(name)}].size`,
      value: String(size),
      source: `${basis}${each}`,
    });
    draft.pools.push({
      name,
      size,
      maxWaiting: null,
      maxWaitMicros: usual?.maxWaitMicros ?? null,
    });
    return draft.pools.length - 1;
  }

  #infer(endpoint: EndpointDraft, field: string, value: string, source: string): void {
    this.#inferAt(endpoint, `.${field}`, value, source);
  }

  #inferAt(endpoint: EndpointDraft, rest: string, value: string, source: string): void {
    const path = `endpoints[${JSON.stringify(endpoint.name)}].steps[${endpoint.steps.length}]${rest}`;
    this.#context.infer({ resource: endpoint.service.resource.id, path, value, source });
  }
}

/** The name by which services of one namespace know another: without the namespace inside it. */
function nameFor(draft: ServiceDraft, target: ServiceDraft): string {
  return target.deployed.namespace === draft.deployed.namespace
    ? target.deployed.shortName
    : target.base.name;
}

function statedPoolSize(draft: ServiceDraft): number | null {
  const number = settingReader(draft.environment);
  const stated = number(
    'DB_POOL_SIZE',
    'DB_POOL_MAX',
    'DB_POOL',
    'DATABASE_POOL_SIZE',
    'DB_MAX_OPEN_CONNS',
    'DB_MAX_CONNECTIONS',
    'PG_POOL_SIZE',
    'PG_POOL_MAX',
    'PGPOOL_MAX',
    'PGPOOL_SIZE',
    'POOL_SIZE',
    'DEFAULT_POOL_SIZE',
    'PGBOUNCER_DEFAULT_POOL_SIZE',
    'SQLALCHEMY_POOL_SIZE',
    'SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE',
    'SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE',
    'default_pool_size',
  );
  if (stated !== null) return stated;
  // Prisma, Ecto and Npgsql take the size in the address itself.
  for (const clue of draft.environment.clues) {
    const match = /[?&;](?:connection_limit|pool_size|max(?:imum)? ?pool ?size)=(\d{1,5})\b/i.exec(clue.text);
    if (match !== null && Number(match[1]) > 0) return Number(match[1]);
  }
  return draft.recognition.preset.name === 'puma' ? number('RAILS_MAX_THREADS') : null;
}
