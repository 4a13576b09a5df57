/** A system that uses what the kinds offer, and what can be wrong with it. */

export type Path = readonly (string | number)[];
export type Documents = Record<string, Record<string, unknown>>;

const own = (kind: string, name: string, spec: object) => ({
  apiVersion: 'sim.devops/v1alpha1',
  kind,
  metadata: { name },
  spec,
});

function workload(name: string, kind = 'Deployment') {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name },
    spec: {
      replicas: 2,
      ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            {
              name,
              image: 'node:22',
              ports: [{ containerPort: 8080 }],
              resources: { requests: { cpu: '1', memory: '128Mi' }, limits: { cpu: '2' } },
            },
          ],
        },
      },
    },
  };
}

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port: 8080 }] },
});

/** A sound system that uses what the kinds offer. */
export const system: Documents = {
  webWorkload: workload('web'),
  webService: service('web'),
  apiWorkload: workload('api'),
  apiService: service('api'),
  dbWorkload: workload('db', 'StatefulSet'),
  dbService: service('db'),
  edge: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'edge' },
    spec: {
      rules: [
        {
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'web', port: { number: 8080 } } },
              },
            ],
          },
        },
      ],
    },
  },
  web: own('ServiceModel', 'web', {
    for: { service: 'web' },
    runtime: { model: 'eventLoop' },
    defaults: { calls: { timeout: '3s', retries: { max: 1, budget: { ratio: 0.1 } } } },
    endpoints: [
      {
        name: 'GET /',
        steps: [
          { cpu: { lognormal: { p50: '1ms', p99: '8ms' } } },
          {
            call: 'api/GET /items',
            timeout: '2s',
            retries: { max: 1, backoff: { initial: '1ms', max: '9ms' } },
          },
        ],
      },
      { name: 'GET /about', steps: [{ wait: '2ms', probability: 0.5 }] },
    ],
  }),
  api: own('ServiceModel', 'api', {
    for: { deployment: 'api' },
    runtime: { model: 'threadPool', threads: 8 },
    queue: { capacity: 100 },
    rateLimit: { rate: '900/s' },
    pools: [
      { name: 'main', size: 4, maxWait: '1s' },
      { name: 'spare', size: 2 },
      { name: 'third', size: 2 },
    ],
    endpoints: [
      {
        name: 'GET /items',
        errorRate: '1%',
        steps: [
          {
            parallel: [
              { call: 'db/query', pool: 'main' },
              { call: 'db/query', pool: 'spare', optional: true },
            ],
          },
          { steps: [{ cpu: { exponential: '1ms' } }, { call: 'db', breaker: { window: '9s' } }] },
        ],
      },
    ],
  }),
  db: own('ServiceModel', 'db', {
    for: { statefulSet: 'db' },
    runtime: { model: 'processorSharing', cores: 2 },
    endpoints: [
      { name: 'query', steps: [{ cpu: { base: '1ms', perUnit: { tokens: '1ms' } } }, { wait: '1ms' }] },
    ],
  }),
  users: own('Traffic', 'users', {
    target: { service: 'web' },
    requests: [
      { name: 'home', endpoint: 'GET /', weight: 3 },
      { name: 'about', endpoint: 'GET /about' },
    ],
    client: { timeout: '9s', latency: '20ms', retries: { max: 1 } },
    open: { diurnal: { mean: '5/s', peak: '9/s', period: '1h' } },
  }),
  visits: own('Traffic', 'visits', {
    target: { ingress: 'edge' },
    requests: [{ path: '/about', name: 'about' }],
    sessions: {
      burst: { base: '1/s', peak: '2/s', every: '10m', for: '1m' },
      journey: [{ request: 'about', thinkTime: '1s' }, { request: 'GET /' }],
    },
  }),
  replay: own('Traffic', 'replay', {
    target: { service: 'api' },
    trace: { file: 'trace.csv', format: 'timestamps', from: '0s', to: '2m', attributes: ['tokens'] },
  }),
  cluster: own('Topology', 'cluster', {
    nodePools: [
      {
        name: 'general',
        instanceType: 'm6i.xlarge',
        count: 3,
        zones: ['a', 'b'],
        reserved: { cores: '100m', memory: '1Gi' },
        autoscaling: { min: 1, max: 9 },
        provisioning: { p50: '1m', p99: '3m' },
      },
      { name: 'large', cores: 16, memory: '64Gi', count: 1, taints: [{ key: 'db', effect: 'NoSchedule' }] },
    ],
    controlPlane: {
      scheduler: { qps: 50 },
      horizontalPodAutoscaler: { sync: '15s', tolerance: '10%' },
      clusterAutoscaler: { expander: 'least-waste' },
    },
    images: { 'node:22': '350M' },
  }),
  slo: {
    apiVersion: 'openslo/v1',
    kind: 'SLO',
    metadata: { name: 'answers' },
    spec: {
      indicator: {
        spec: {
          ratioMetric: {
            good: { metricSource: { type: 'sim.devops', spec: { traffic: 'users' } } },
            total: { metricSource: { type: 'sim.devops', spec: { traffic: 'users' } } },
          },
        },
      },
      budgetingMethod: 'Occurrences',
      objectives: [{ target: 0.9 }],
    },
  },
  day: own('Scenario', 'day', {
    duration: '1h',
    warmup: '1m',
    sample: '10s',
    seed: 7,
    zones: ['a', 'b'],
    network: { sameZone: '1ms', crossZone: '2ms' },
    objectives: [
      { name: 'up', indicator: 'availability', on: { traffic: 'users' }, target: '99%' },
      {
        name: 'fast',
        indicator: 'latency',
        latency: '1s',
        on: { service: 'api', endpoint: 'GET /items' },
        target: 0.9,
      },
      { name: 'quick', indicator: 'latency', latency: '1s', on: { traffic: 'visits' }, target: 0.9 },
    ],
    thresholds: {
      'http_req_duration{traffic:users}': ['p(95)<500', { threshold: 'p(99)<900', abortOnFail: true }],
      'http_reqs{service:api}': ['count>1'],
    },
    commands: [
      { at: '10m', scale: { service: 'web', replicas: 3 } },
      { at: '20m', scale: { service: 'api', replicas: 3 } },
      { at: '21m', setImage: { resource: 'deployment/web', container: 'web', image: 'node:24' } },
      { at: '22m', patch: { resource: 'hpa/web', type: 'merge', patch: { spec: { maxReplicas: 9 } } } },
      { at: '23m', apply: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'flags' } } },
      { at: '24m', drain: { node: 'general-0', timeout: '5m' } },
      { at: '25m', delete: { resource: 'pod/web-0' } },
    ],
    prices: { perCoreHour: 1 },
    annotations: [{ at: '1m', until: '2m', label: 'rush' }],
  }),
};

export const trace = { 'trace.csv': 'time,tokens\n0,5\n1,6\n2,7\n' };

export interface Fault {
  readonly document: string;
  readonly at: Path;
  /** Undefined takes the value out. */
  readonly value?: unknown;
  /** The field gets this name instead. */
  readonly rename?: string;
  /** Where it is told, if not at the fault. */
  readonly told?: Path;
  readonly code: string;
}

const fault = (document: string, where: string, code: string, value?: unknown, told?: string): Fault => ({
  document,
  at: pathOf(where),
  code,
  value,
  ...(told === undefined ? {} : { told: pathOf(told) }),
});
const misspelt = (document: string, where: string, rename: string): Fault => ({
  document,
  at: pathOf(where),
  code: 'unknown-field',
  rename,
  told: [...pathOf(where).slice(0, -1), rename],
});

/** `spec|endpoints|0`: names may hold dots. */
export function pathOf(text: string): Path {
  return text.split('|').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}

/** What can be wrong: shapes, ranges, relations between fields, references between documents. */
export const faults: readonly Fault[] = [
  fault('day', 'spec|duration', 'bad-notation', 'forever'),
  fault('day', 'spec|duration', 'out-of-range', '0s'),
  fault('day', 'spec|duration', 'wrong-type', 60),
  fault('day', 'spec|warmup', 'out-of-range', '2h'),
  fault('day', 'spec|warmup', 'wrong-type', 5),
  fault('day', 'spec|sample', 'out-of-range', '0s'),
  fault('day', 'spec|seed', 'wrong-type', 'x'),
  fault('day', 'spec|seed', 'out-of-range', -1),
  fault('day', 'spec|zones', 'duplicate', ['a', 'b', 'a'], 'spec|zones|2'),
  fault('day', 'spec|zones', 'wrong-type', 'a'),
  fault('day', 'spec|network|sameZone', 'bad-distribution', { uniform: { min: '2s', max: '1s' } }),
  fault('day', 'spec|network|crossZone', 'missing-choice', { unform: {} }),
  fault('day', 'spec|objectives|0|name', 'wrong-type', 4),
  fault('day', 'spec|objectives|0|indicator', 'wrong-value', 'uptime'),
  fault('day', 'spec|objectives|0|on|traffic', 'unknown-reference', 'ghost'),
  fault('day', 'spec|objectives|0|on|traffic', 'wrong-type', 3),
  fault('day', 'spec|objectives|0|target', 'out-of-range', '100%'),
  fault('day', 'spec|objectives|0|target', 'bad-notation', 'most'),
  fault('day', 'spec|objectives|1|indicator', 'wrong-value', 'speed'),
  fault('day', 'spec|objectives|1|latency', 'missing-field'),
  fault('day', 'spec|objectives|1|latency', 'out-of-range', '0s'),
  fault('day', 'spec|objectives|1|on|service', 'unknown-reference', 'ghost'),
  fault('day', 'spec|objectives|1|on|service', 'wrong-type', []),
  fault('day', 'spec|objectives|1|on|endpoint', 'unknown-reference', 'ghost'),
  fault('day', 'spec|objectives|2|name', 'duplicate', 'fast', 'spec|objectives|2'),
  misspelt('day', 'spec|objectives|2|target', 'targte'),
  fault('day', 'spec|thresholds|http_reqs{service:api}|0', 'threshold-expression', 'count>'),
  fault('day', 'spec|thresholds|http_reqs{service:api}|0', 'wrong-type', 4),
  fault('day', 'spec|thresholds|http_req_duration{traffic:users}|1|abortOnFail', 'wrong-type', 'yes'),
  fault('day', 'spec|thresholds|http_req_duration{traffic:users}|0', 'threshold-aggregation', 'rate<1'),
  fault(
    'day',
    'spec|thresholds|http_reqs{service:ghost}',
    'threshold-tag',
    ['count>1'],
    'spec|thresholds|http_reqs{service:ghost}|0',
  ),
  fault('day', 'spec|commands|0|at', 'wrong-type', 5),
  fault('day', 'spec|commands|0|scale|service', 'unknown-reference', 'ghost'),
  fault('day', 'spec|commands|0|scale|replicas', 'wrong-type', 'many'),
  fault('day', 'spec|commands|1|at', 'missing-field'),
  fault('day', 'spec|commands|1|scale|service', 'wrong-type', 1),
  fault('day', 'spec|commands|2|setImage|resource', 'bad-reference', 'web'),
  fault('day', 'spec|commands|2|setImage|resource', 'unknown-kind', 'deploymnt/web'),
  fault('day', 'spec|commands|2|setImage|image', 'missing-field'),
  fault('day', 'spec|commands|3|patch|type', 'wrong-value', 'stategic'),
  fault('day', 'spec|commands|3|patch|resource', 'unknown-kind', 'traffic/users'),
  fault('day', 'spec|commands|4|apply|kind', 'unknown-kind', 'ConfigMop', 'spec|commands|4|apply'),
  fault('day', 'spec|commands|4|apply', 'missing-field', { apiVersion: 'v1', kind: 'Secret', metadata: {} }),
  fault('day', 'spec|commands|5|drain|timeout', 'bad-notation', 'soon'),
  fault('day', 'spec|commands|5|drain|node', 'wrong-type', 0),
  misspelt('day', 'spec|commands|5|drain', 'drian'),
  fault('day', 'spec|commands|6|delete|resource', 'bad-reference', 'pod/'),
  fault('day', 'spec|commands|6|delete', 'missing-choice', undefined, 'spec|commands|6'),
  misspelt('day', 'spec|commands', 'comands'),
  misspelt('day', 'spec|objectives', 'objectvies'),
  fault('day', 'spec|prices|perCoreHour', 'out-of-range', -1),
  fault('day', 'spec|annotations|0|until', 'out-of-range', '1s'),
  fault('day', 'spec|annotations|0|at', 'wrong-type', false),
  fault('day', 'spec|annotations|0|label', 'missing-field'),
  { document: 'day', at: ['kind'], value: 'Scenaro', code: 'unknown-kind' },
  { document: 'users', at: ['apiVersion'], value: 'sim.devop/v1alpha1', code: 'unknown-kind' },
  { document: 'web', at: ['apiVersion'], value: 'sim.devops/v1', code: 'unknown-kind', told: ['kind'] },
  { document: 'api', at: ['apiVersion'], code: 'not-a-resource', told: [] },

  fault('web', 'spec|runtime|model', 'wrong-value', 'fibres'),
  fault('web', 'spec|for|service', 'service-model-unbound', 'ghost'),
  fault('web', 'spec|defaults|calls|timeout', 'wrong-type', 3),
  fault('web', 'spec|defaults|calls|retries|budget|ratio', 'bad-notation', 'some'),
  fault('web', 'spec|endpoints|0|steps|0|cpu', 'bad-distribution', { lognormal: { p50: '9ms', p99: '1ms' } }),
  fault('web', 'spec|endpoints|0|steps|0|cpu|lognormal|p99', 'wrong-type', 8),
  fault('web', 'spec|endpoints|0|steps|1|call', 'unknown-service', 'ghost'),
  fault('web', 'spec|endpoints|0|steps|1|call', 'unknown-endpoint', 'api/ghost'),
  fault('web', 'spec|endpoints|0|steps|1|call', 'wrong-type', 7),
  fault('web', 'spec|endpoints|0|steps|1|timeout', 'zero-duration', '0s'),
  fault('web', 'spec|endpoints|0|steps|1|timeout', 'wrong-type', 2),
  fault('web', 'spec|endpoints|0|steps|1|retries|backoff', 'backoff-bounds', { initial: '9s', max: '1s' }),
  fault('web', 'spec|endpoints|0|steps|1|retries|backoff|initial', 'bad-notation', 'soon'),
  fault('web', 'spec|endpoints|0|steps|1|retries|max', 'out-of-range', 1000),
  fault('web', 'spec|endpoints|1|steps|0|probability', 'bad-notation', 'often'),
  fault('web', 'spec|endpoints|1|steps|0|wait', 'duration-too-long', '999d'),
  misspelt('web', 'spec|endpoints|1|steps', 'stesp'),
  misspelt('web', 'spec|defaults', 'default'),

  fault('api', 'spec|for', 'missing-choice', {}),
  fault('api', 'spec|for|deployment', 'service-model-unbound', 'ghost'),
  fault('api', 'spec|runtime|threads', 'wrong-type', 'x'),
  fault('api', 'spec|queue|capacity', 'out-of-range', -1),
  fault('api', 'spec|rateLimit|rate', 'rate-limit-zero', '0/s'),
  fault('api', 'spec|rateLimit|rate', 'bad-notation', 'few'),
  fault('api', 'spec|pools|0|size', 'wrong-type', '4'),
  fault('api', 'spec|pools|0|maxWait', 'bad-notation', 'never'),
  fault('api', 'spec|pools|1|name', 'wrong-type', 5),
  fault('api', 'spec|pools|2|name', 'pool-twice', 'main'),
  fault('api', 'spec|endpoints|0|errorRate', 'bad-notation', 'x'),
  fault('api', 'spec|endpoints|0|name', 'wrong-type', 4),
  fault('api', 'spec|endpoints|0|steps|0|parallel|0|call', 'unknown-service', 'ghost'),
  fault('api', 'spec|endpoints|0|steps|0|parallel|0|pool', 'unknown-pool', 'ghost'),
  fault('api', 'spec|endpoints|0|steps|0|parallel|1|optional', 'wrong-type', 'yes'),
  fault('api', 'spec|endpoints|0|steps|1|steps|0', 'missing-choice', { cpuu: '1ms' }),
  fault('api', 'spec|endpoints|0|steps|1|steps|1|breaker|window', 'zero-duration', '0s'),
  fault(
    'api',
    'spec|endpoints|0|steps|1|steps|1|call',
    'call-circle',
    'web/GET /',
    'spec|endpoints|0|steps|1',
  ),

  fault(
    'db',
    'spec|endpoints|0|steps|0|cpu|perUnit',
    'unknown-attribute',
    { ghosts: '1ms' },
    'spec|endpoints',
  ),
  fault('db', 'spec|endpoints|0|steps|1|wait', 'bad-notation', 'long'),
  fault('db', 'spec|endpoints', 'too-few', []),
  fault('db', 'spec|runtime|cores', 'out-of-range', 0),

  fault('users', 'spec|target|service', 'unknown-service', 'ghost'),
  fault('users', 'spec|target', 'missing-choice', {}),
  fault('users', 'spec|requests|0|weight', 'out-of-range', -1),
  fault('users', 'spec|requests|1|endpoint', 'unknown-endpoint', 'ghost'),
  fault('users', 'spec|requests|1|name', 'wrong-type', 4),
  fault('users', 'spec|client|latency', 'bad-notation', 'near'),
  fault('users', 'spec|client|retries|max', 'missing-field'),
  fault('users', 'spec|open|diurnal|peak', 'diurnal-peak', '1/s'),
  fault('users', 'spec|open|diurnal|mean', 'bad-notation', 'x'),
  fault('users', 'spec|open|diurnal|period', 'zero-duration', '0s'),
  misspelt('users', 'spec|open', 'opne'),

  fault('visits', 'spec|target|ingress', 'unknown-ingress', 'ghost'),
  fault('visits', 'spec|requests|0|path', 'unknown-endpoint', '/ghost'),
  fault('visits', 'spec|sessions|burst|for', 'burst-overlap', '20m'),
  fault('visits', 'spec|sessions|burst|every', 'wrong-type', 10),
  fault('visits', 'spec|sessions|journey|1|request', 'unknown-request', 'ghost'),
  fault('visits', 'spec|sessions|journey|0|thinkTime', 'wrong-type', 1),
  fault('visits', 'spec|sessions|journey|0|thinkTime', 'duration-too-long', '999d'),
  fault('visits', 'metadata|name', 'missing-field'),

  fault('replay', 'spec|target|service', 'wrong-type', {}),
  fault('replay', 'spec|trace|file', 'trace-missing', 'ghost.csv'),
  fault('replay', 'spec|trace|from', 'wrong-type', 3),
  fault('replay', 'spec|trace|to', 'trace-window', '0s'),
  fault('replay', 'spec|trace|format', 'wrong-value', 'csv'),

  fault('slo', 'spec|objectives|0|target', 'out-of-range', 2, 'spec|objectives|0'),
  fault('slo', 'spec|budgetingMethod', 'wrong-type', 3),
  fault(
    'slo',
    'spec|indicator|spec|ratioMetric|total|metricSource|spec|traffic',
    'unknown-reference',
    'ghost',
    'spec|indicator',
  ),

  fault('cluster', 'spec|nodePools|0|instanceType', 'unknown-machine', 'm6i.xlrage'),
  fault('cluster', 'spec|nodePools|0|instanceType', 'wrong-type', 6),
  fault('cluster', 'spec|nodePools|0|count', 'out-of-range', -1),
  fault('cluster', 'spec|nodePools|0|zones|1', 'unknown-reference', 'c'),
  fault('cluster', 'spec|nodePools|0|reserved|memory', 'out-of-range', '16Gi', 'spec|nodePools|0|reserved'),
  fault('cluster', 'spec|nodePools|0|reserved|cores', 'bad-notation', 'few'),
  fault('cluster', 'spec|nodePools|0|autoscaling|min', 'out-of-range', 10),
  fault('cluster', 'spec|nodePools|0|autoscaling|max', 'wrong-type', 'many'),
  fault('cluster', 'spec|nodePools|0|provisioning|p99', 'out-of-range', '10s'),
  fault('cluster', 'spec|nodePools|0|provisioning|p50', 'bad-notation', 'soon'),
  fault('cluster', 'spec|nodePools|1|name', 'duplicate', 'general', 'spec|nodePools|1'),
  fault('cluster', 'spec|nodePools|1|memory', 'unknown-machine', undefined, 'spec|nodePools|1'),
  fault('cluster', 'spec|nodePools|1|cores', 'bad-notation', 'x'),
  fault('cluster', 'spec|nodePools|1|taints|0|effect', 'wrong-value', 'NoScheduling'),
  fault('cluster', 'spec|controlPlane|scheduler|qps', 'wrong-type', 'fast'),
  fault('cluster', 'spec|controlPlane|horizontalPodAutoscaler|tolerance', 'bad-notation', 'some'),
  fault('cluster', 'spec|controlPlane|clusterAutoscaler|expander', 'wrong-value', 'least-wate'),
  misspelt('cluster', 'spec|controlPlane', 'controlPlan'),
  misspelt('cluster', 'spec|nodePools', 'nodePool'),
  fault('cluster', 'spec|images|node:22', 'bad-notation', 'big'),

  fault('apiWorkload', 'spec|replicas', 'wrong-type', 'many'),
  fault('webWorkload', 'spec|template|spec|containers|0|resources|limits|cpu', 'bad-notation', 'x'),
  fault('dbWorkload', 'spec|replicas', 'out-of-range', -1),
];
