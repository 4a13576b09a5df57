import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callNames,
  codes,
  compileText,
  deployed,
  endpoint,
  inferred,
  modelled,
  only,
  own,
  service,
} from './manifests.cases.ts';

const open = { open: { rate: '10/s' } };

function steps(...list: object[]): object {
  return { endpoints: [{ name: 'GET /', steps: list }] };
}

/** Every policy that a call can have, once. */
const stated =
  deployed('web', { replicas: 3 }) +
  deployed('api') +
  modelled('web', {
    pools: [{ name: 'api', size: 5, maxWait: '1s' }],
    defaults: { calls: { timeout: '2s', balancer: 'leastRequest', pool: 'api' } },
    ...steps(
      { cpu: '3ms' },
      {
        call: 'api/GET /x',
        timeout: '500ms',
        retries: {
          max: 2,
          backoff: { initial: '20ms', multiplier: 3, max: '1s' },
          jitter: 'equal',
          budget: { ratio: '10%', burst: 4 },
          on: ['timeout', 'timeout'],
        },
        breaker: { errorRatio: '40%', minRequests: 5, window: '20s', open: '3s', halfOpenRequests: 2 },
        hedge: { after: '100ms', max: 2 },
        bulkhead: 7,
        deadline: 'propagate',
        singleFlight: true,
        optional: true,
        probability: '25%',
      },
      { parallel: [{ call: 'api/GET /x' }, { call: 'api', repeat: 2 }] },
      { steps: [{ wait: { exponential: '5ms' } }], probability: 0.5 },
    ),
  }) +
  modelled('api', { endpoints: [{ name: 'GET /x', errorRate: '1%', steps: [] }] }) +
  own('Traffic', 'users', { target: { service: 'web' }, keys: { count: 10, skew: 1 }, ...open });

test('stated services, calls and policies arrive as they are stated', () => {
  const compiled = compileText(stated);
  assert.deepEqual(codes(compiled), []);
  const { traffic } = compiled;
  assert.deepEqual(traffic.endpoints[0].steps, [
    { kind: 'cpu', probability: 1, work: { base: { kind: 'deterministic', value: 3000 }, perAttribute: [] } },
    { kind: 'call', probability: 0.25, call: 0 },
    { kind: 'parallel', probability: 1, calls: [1, 2, 2] },
    {
      kind: 'sequence',
      probability: 0.5,
      steps: [
        {
          kind: 'wait',
          probability: 1,
          work: { base: { kind: 'exponential', mean: 5000 }, perAttribute: [] },
        },
      ],
    },
  ]);
  assert.deepEqual(traffic.calls[0], {
    id: 0,
    client: 0,
    endpoint: 1,
    optional: true,
    balancer: 'leastRequest',
    timeoutMicros: 500_000,
    propagateDeadline: true,
    retries: {
      max: 2,
      backoff: { initialMicros: 20_000, multiplier: 3, maxMicros: 1_000_000 },
      jitter: 'equal',
      budget: { ratio: 0.1, burst: 4 },
      on: ['timeout'],
    },
    breaker: { errorRatio: 0.4, minRequests: 5, windowMicros: 20e6, openMicros: 3e6, halfOpenRequests: 2 },
    bulkhead: 7,
    pool: 0,
    hedge: { afterMicros: 100_000, max: 2 },
    singleFlight: true,
  });
  assert.equal(traffic.calls[1].timeoutMicros, 2e6);
  assert.equal(traffic.endpoints[1].errorRate, 0.01);
  assert.deepEqual(traffic.sources[0].keys, { count: 10, skew: 1 });
  // What is stated is not listed as inferred.
  assert.equal(
    compiled.inferences.find((one) => one.path.includes('steps[1]')),
    undefined,
  );
  assert.match(
    inferred(compiled, 'ServiceModel web', 'endpoints["GET /"].steps[2].parallel[0]') ?? '',
    /no retries/,
  );
});

test('calls lead to other namespaces as in DNS, or as namespace/service', () => {
  const compiled = compileText(
    deployed('web') +
      deployed('api', { namespace: 'shop' }) +
      modelled(
        'web',
        steps({ call: 'api.shop/b' }, { call: 'shop/api/b' }, { call: 'api.shop.svc.cluster.local' }),
      ) +
      modelled(
        'api',
        {
          endpoints: [
            { name: 'a', steps: [] },
            { name: 'b', steps: [] },
          ],
        },
        'shop',
      ) +
      own('Traffic', 'users', { target: { service: 'web' }, ...open }),
  );
  assert.deepEqual(callNames(compiled.traffic).slice(0, 3), [
    'web → shop/api/b',
    'web → shop/api/b',
    'web → shop/api/a',
  ]);
});

test('calls that lead nowhere are errors with a guess, all at once', () => {
  const compiled = compileText(
    deployed('web') +
      deployed('orders') +
      modelled('web', {
        ...steps({ call: 'order/POST /orders' }, { call: 'orders/POST /order', pool: 'db' }),
        pools: [{ name: 'database', size: 1 }],
      }) +
      modelled('orders', { endpoints: [{ name: 'POST /orders', steps: [] }] }) +
      own('Traffic', 'users', { target: { service: 'wbe' }, ...open }),
  );
  assert.equal(compiled.model, null);
  assert.deepEqual(codes(compiled), [
    'unknown-service',
    'unknown-endpoint',
    'unknown-pool',
    'unknown-service',
  ]);
  const [service_, endpoint_, pool, target] = compiled.diagnostics.filter((one) => one.severity === 'error');
  assert.match(service_.remedy ?? '', /Did you mean "orders"\? There are these services: web and orders/);
  assert.equal(service_.path, 'spec.endpoints[0].steps[0].call');
  assert.ok((service_.position?.line ?? 0) > 1);
  assert.match(endpoint_.remedy ?? '', /Did you mean "POST \/orders"\?/);
  assert.match(pool.remedy ?? '', /database/);
  assert.match(target.remedy ?? '', /Did you mean "web"\?/);
});

test('a service of that name elsewhere is the guess', () => {
  const compiled = compileText(
    deployed('web') +
      deployed('api', { namespace: 'shop' }) +
      modelled('web', steps({ call: 'api' })) +
      own('Traffic', 'users', { target: { service: 'web' }, ...open }),
  );
  assert.equal(only(compiled, 'unknown-service').remedy, 'Did you mean "api.shop"?');
});

test('pools must be declared', () => {
  const compiled = compileText(
    deployed('web') +
      deployed('db') +
      modelled('web', { pools: [{ name: 'database', size: 3 }], ...steps({ call: 'db', pool: 'databse' }) }) +
      modelled('db', steps()) +
      own('Traffic', 'users', { target: { service: 'web' }, ...open }),
  );
  assert.match(only(compiled, 'unknown-pool').remedy ?? '', /Did you mean "database"\?/);
});

test('a circle of calls is told with every name in it; calling oneself is one', () => {
  const compiled = compileText(
    deployed('a') +
      deployed('b') +
      deployed('c') +
      modelled('a', steps({ call: 'b/GET /', probability: 0.1 })) +
      modelled('b', steps({ parallel: [{ call: 'c/GET /' }] })) +
      modelled('c', {
        endpoints: [
          { name: 'GET /', steps: [{ steps: [{ call: 'a/GET /' }] }] },
          { name: 'self', steps: [{ call: 'c/self' }] },
        ],
      }) +
      own('Traffic', 'users', { target: { service: 'a' }, ...open }),
  );
  const found = compiled.diagnostics.filter((one) => one.code === 'call-circle');
  assert.equal(found.length, 2);
  assert.match(found[0].message, /a\/GET \/ → b\/GET \/ → c\/GET \/ → a\/GET \//);
  assert.equal(found[0].resource, 'ServiceModel a');
  assert.match(found[1].message, /c\/self → c\/self/);
});

test('a service may call another endpoint of a caller: only circles of endpoints are circles', () => {
  const compiled = compileText(
    deployed('a') +
      deployed('b') +
      modelled('a', {
        endpoints: [
          { name: 'ask', steps: [{ call: 'b/answer' }] },
          { name: 'verify', steps: [] },
        ],
      }) +
      modelled('b', { endpoints: [{ name: 'answer', steps: [{ call: 'a/verify' }] }] }) +
      own('Traffic', 'users', { target: { service: 'a', endpoint: 'ask' }, ...open }),
  );
  assert.deepEqual(codes(compiled), []);
});

test('amounts that no run could stand are errors', () => {
  const compiled = compileText(
    deployed('web') +
      deployed('api') +
      modelled('web', {
        rateLimit: { rate: 0 },
        ...steps(
          { cpu: '500d' },
          { wait: { uniform: { min: '5ms', max: '1ms' } } },
          {
            call: 'api',
            timeout: '0s',
            retries: { max: 3, backoff: { initial: '1m', max: '1s' } },
            breaker: { errorRatio: 0 },
            hedge: { after: '0s' },
          },
        ),
      }) +
      modelled('api', steps()) +
      own('Traffic', 'users', { target: { service: 'web' }, open: { rate: '1G/s' } }),
  );
  assert.deepEqual(
    new Set(codes(compiled)),
    new Set([
      'rate-limit-zero',
      'duration-too-long',
      'bad-distribution',
      'zero-duration',
      'backoff-bounds',
      'breaker-ratio-zero',
      'rate-too-high',
      'run-too-large',
    ]),
  );
});

test('a request that would never end in practice is an error', () => {
  const fan = (target: string) => steps({ call: target, repeat: 100 });
  const compiled = compileText(
    ['a', 'b', 'c', 'd'].map((name) => deployed(name)).join('') +
      modelled('a', fan('b')) +
      modelled('b', fan('c')) +
      modelled('c', fan('d')) +
      modelled('d', steps({ cpu: '1ms' })) +
      own('Traffic', 'users', { target: { service: 'a' }, open: { rate: '1/s' } }),
  );
  assert.match(
    only(compiled, 'request-tree-too-large').message,
    /One request of a\/GET \/ causes 1010100 calls/,
  );
});

test('a ServiceModel for nobody, two for one, two endpoints or pools of one name', () => {
  const compiled = compileText(
    deployed('web') +
      modelled('web', {
        pools: [
          { name: 'p', size: 1 },
          { name: 'p', size: 2 },
        ],
        endpoints: [
          { name: 'x', steps: [] },
          { name: 'x', steps: [] },
        ],
      }) +
      own('ServiceModel', 'again', { for: { deployment: 'web' }, endpoints: [{ name: 'x', steps: [] }] }) +
      own('ServiceModel', 'lost', { for: { statefulSet: 'web' }, endpoints: [{ name: 'x', steps: [] }] }) +
      own('Traffic', 'users', { target: { service: 'web' }, ...open }),
  );
  assert.deepEqual(codes(compiled).sort(), [
    'endpoint-twice',
    'pool-twice',
    'service-model-twice',
    'service-model-unbound',
  ]);
});

test('a ServiceModel in the wrong namespace is told which one is right', () => {
  const compiled = compileText(
    deployed('web', { namespace: 'shop' }) +
      modelled('web', steps()) +
      own('Traffic', 'users', { target: { service: 'web' }, ...open }, 'shop'),
  );
  assert.match(only(compiled, 'service-model-unbound').remedy ?? '', /metadata\.namespace: shop/);
});

test('a Service without pods can be described: one server stands for it', () => {
  const external = `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'payments' }, spec: { type: 'ExternalName', externalName: 'api.payments.example' } })}\n`;
  const compiled = compileText(
    deployed('web') +
      external +
      modelled('web', steps({ call: 'payments/POST /charge', timeout: '5s' })) +
      own('ServiceModel', 'payments', {
        for: { service: 'payments' },
        runtime: { model: 'processorSharing', cores: 64 },
        endpoints: [{ name: 'POST /charge', steps: [{ wait: '300ms' }] }],
      }) +
      own('Traffic', 'users', { target: { service: 'web' }, ...open }),
  );
  assert.deepEqual([...codes(compiled), ...codes(compiled, 'warning')], []);
  assert.equal(service(compiled.traffic, 'payments').replicas, 1);
  assert.equal(inferred(compiled, 'Service payments', 'replicas'), '1');
});

test('nothing to simulate is one error', () => {
  const compiled = compileText(own('Scenario', 'empty', {}));
  assert.deepEqual(codes(compiled), ['nothing-to-simulate']);
});

test('attributes of work must come from a trace', () => {
  const text =
    deployed('llm') +
    modelled('llm', steps({ cpu: { base: '1ms', perUnit: { Tokens: '80ns' } } })) +
    own('Traffic', 'users', {
      target: { service: 'llm' },
      trace: { file: 'tokens.csv', format: 'timestamps', attributes: ['Token'] },
    });
  const data = { 'tokens.csv': 'at,Token\n0,10\n1,20\n' };
  assert.match(only(compileText(text, data), 'unknown-attribute').remedy ?? '', /Did you mean "Token"\?/);
  const right = compileText(text.replace('"Token"', '"Tokens"'), { 'tokens.csv': 'at,Tokens\n0,10\n1,20\n' });
  assert.deepEqual(endpoint(right.traffic, 'llm/GET /').steps[0], {
    kind: 'cpu',
    probability: 1,
    work: {
      base: { kind: 'deterministic', value: 1000 },
      perAttribute: [{ attribute: 'Tokens', micros: 0.08 }],
    },
  });
  // Without a duration, the run lasts as long as its trace.
  assert.equal(right.model?.durationMicros, 1_000_000);
});

test('what --set and variants put where nothing was arrives in the model', () => {
  const text =
    deployed('orders') +
    modelled('orders', steps({ cpu: '1ms' })) +
    own('Scenario', 'day', {
      variants: [{ name: 'pooled', set: { 'servicemodel/orders.spec.pools[0]': { name: 'db', size: 3 } } }],
    });
  const compiled = compileText(
    text,
    {},
    {
      variant: 'pooled',
      set: [
        'servicemodel/orders.spec.shedding.maxQueueDelay=250ms',
        'servicemodel/orders.spec.rateLimit.rate=7/s',
        'deployment/orders.spec.template.spec.containers[0].resources.limits.cpu=1500m',
      ],
    },
  );
  assert.deepEqual(codes(compiled), []);
  const orders = service(compiled.traffic, 'orders');
  assert.deepEqual(orders.shedding, { maxInFlight: null, maxQueueDelayMicros: 250_000 });
  assert.equal(orders.rateLimit?.perSecond, 7);
  assert.equal(orders.cpu.limitCores, 1.5);
  assert.deepEqual(orders.pools, [{ name: 'db', size: 3, maxWaiting: null, maxWaitMicros: null }]);
});
