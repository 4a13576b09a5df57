import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownKinds } from '../known-kinds.ts';
import { parse } from '../parse.ts';
import { selects } from './rule-parts.ts';

const catalogue = { kinds: knownKinds, compilers: [] };

type Json = Record<string, unknown>;

/** Code and path of every error and warning about one document, given as JSON. */
function told(document: Json): string[] {
  const { diagnostics } = parse([{ name: 'a.json', text: JSON.stringify(document) }], catalogue);
  return diagnostics
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path, position }) => {
      assert(position !== undefined && position.line >= 1 && position.column >= 1);
      return `${code} ${path}`;
    });
}

const container = (more: Json = {}): Json => ({ name: 'web', image: 'shop/web:1', ...more });
const template = (pod: Json = {}, labels: Json = { app: 'web' }): Json => ({
  metadata: { labels },
  spec: { containers: [container()], ...pod },
});

function workload(kind: string, spec: Json = {}): Json {
  const selector = { matchLabels: { app: 'web' } };
  const base = { selector, template: template(), ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}) };
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'web' }, spec: { ...base, ...spec } };
}

const deployment = (spec: Json = {}) => workload('Deployment', spec);
const withContainer = (more: Json) => deployment({ template: template({ containers: [container(more)] }) });
const service = (spec: Json) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });
const inContainer = 'spec.template.spec.containers[0]';

function check(cases: readonly (readonly [Json, ...string[]])[]): void {
  for (const [document, ...expected] of cases)
    assert.deepEqual(told(document), expected, JSON.stringify(document));
}

test('sound workloads have nothing to tell', () => {
  check([
    [deployment()],
    [
      deployment({
        replicas: 0,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '200%', maxUnavailable: 0 } },
      }),
    ],
    [workload('StatefulSet', { podManagementPolicy: 'Parallel' })],
    [
      withContainer({
        ports: [
          { name: 'http', containerPort: 80 },
          { name: 'https', containerPort: 443 },
        ],
        env: [
          { name: 'A', value: 'b' },
          { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
        resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: 1, memory: '1Gi' } },
        readinessProbe: { httpGet: { path: '/', port: 'http' }, successThreshold: 3 },
        livenessProbe: { tcpSocket: { port: 80 } },
      }),
    ],
  ]);
});

test('workloads: replicas, selector, strategy', () => {
  check([
    [deployment({ replicas: -1 }), 'out-of-range spec.replicas'],
    [deployment({ replicas: 5001 }), 'too-many-replicas spec.replicas'],
    [deployment({ replicas: '3' }), 'wrong-type spec.replicas'],
    [deployment({ selector: {} }), 'empty-selector spec.selector'],
    [deployment({ template: template({}, { app: 'x' }) }), 'selector-mismatch spec.template.metadata.labels'],
    [
      deployment({ progressDeadlineSeconds: 5, minReadySeconds: 5 }),
      'out-of-range spec.progressDeadlineSeconds',
    ],
    [deployment({ strategy: { type: 'Rolling' } }), 'wrong-value spec.strategy.type'],
    [
      deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }),
      'exclusive-fields spec.strategy.rollingUpdate',
    ],
    [
      deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: '0%' } } }),
      'out-of-range spec.strategy.rollingUpdate.maxUnavailable',
    ],
    [
      deployment({ strategy: { rollingUpdate: { maxSurge: '25', maxUnavailable: '101%' } } }),
      'bad-notation spec.strategy.rollingUpdate.maxSurge',
      'out-of-range spec.strategy.rollingUpdate.maxUnavailable',
    ],
    [workload('StatefulSet', { podManagementPolicy: 'Ordered' }), 'wrong-value spec.podManagementPolicy'],
    [
      deployment({ selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
      'missing-field spec.selector.matchExpressions[0]',
      'selector-mismatch spec.template.metadata.labels',
    ],
  ]);
});

test('pods: containers, ports, variables, volumes', () => {
  const pod = (more: Json) => deployment({ template: template(more) });
  check([
    [pod({ containers: [] }), 'too-few spec.template.spec.containers'],
    [pod({ restartPolicy: 'Never' }), 'wrong-value spec.template.spec.restartPolicy'],
    [pod({ containers: [{ name: 'Web', image: 'x' }] }), `bad-name ${inContainer}.name`],
    [pod({ containers: [{ name: 'web' }] }), `missing-field ${inContainer}.image`],
    [pod({ initContainers: [container()] }), `duplicate ${inContainer}.name`],
    [withContainer({ ports: [{ containerPort: 0 }] }), `out-of-range ${inContainer}.ports[0].containerPort`],
    [withContainer({ ports: [{}] }), `missing-field ${inContainer}.ports[0].containerPort`],
    [
      withContainer({ ports: [{ containerPort: 80, name: 'UPPER' }] }),
      `bad-name ${inContainer}.ports[0].name`,
    ],
    [
      withContainer({ ports: [{ containerPort: 80, protocol: 'HTTP' }] }),
      `wrong-value ${inContainer}.ports[0].protocol`,
    ],
    [
      withContainer({
        ports: [
          { containerPort: 80, name: 'a' },
          { containerPort: 81, name: 'a' },
        ],
      }),
      `duplicate ${inContainer}.ports[1]`,
    ],
    [withContainer({ env: [{ name: 'A', value: 3 }] }), `wrong-type ${inContainer}.env[0].value`],
    [withContainer({ env: [{ name: 'A=B' }] }), `bad-name ${inContainer}.env[0].name`],
    [
      withContainer({ env: [{ name: 'A', valueFrom: {} }] }),
      `missing-choice ${inContainer}.env[0].valueFrom`,
    ],
    [
      withContainer({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'y' } } }] }),
      `exclusive-fields ${inContainer}.env[0]`,
    ],
    [
      withContainer({ volumeMounts: [{ name: 'data', mountPath: '/data' }] }),
      `unknown-reference ${inContainer}.volumeMounts[0].name`,
    ],
    [withContainer({ imge: 'x' }), `unknown-field ${inContainer}.imge`],
  ]);
  const claims = workload('StatefulSet', {
    template: template({ containers: [container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] })] }),
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'] } }],
  });
  assert.deepEqual(told(claims), []);
});

test('containers: resources and probes', () => {
  const resources = (more: Json) => withContainer({ resources: more });
  const probe = (more: Json) => withContainer({ livenessProbe: more });
  const at = `${inContainer}.resources`;
  check([
    [resources({ limits: { cpu: 'lots' } }), `bad-notation ${at}.limits.cpu`],
    [resources({ limits: { cpu: -1 } }), `out-of-range ${at}.limits.cpu`],
    [resources({ requests: { cpu: 2 }, limits: { cpu: '1500m' } }), `request-over-limit ${at}.requests.cpu`],
    [
      resources({ requests: { memory: '2G' }, limits: { memory: '1Gi' } }),
      `request-over-limit ${at}.requests.memory`,
    ],
    [resources({ limits: { memory: '512m' } }), `suspect-unit ${at}.limits.memory`],
    [probe({}), `missing-choice ${inContainer}.livenessProbe`],
    [
      probe({ httpGet: { port: 80 }, tcpSocket: { port: 80 } }),
      `missing-choice ${inContainer}.livenessProbe`,
    ],
    [probe({ httpGet: { port: 0 } }), `out-of-range ${inContainer}.livenessProbe.httpGet.port`],
    [probe({ tcpSocket: { port: 'HTTP!' } }), `bad-name ${inContainer}.livenessProbe.tcpSocket.port`],
    [
      probe({ exec: { command: ['x'] }, successThreshold: 2, timeoutSeconds: -1 }),
      `out-of-range ${inContainer}.livenessProbe.successThreshold`,
      `out-of-range ${inContainer}.livenessProbe.timeoutSeconds`,
    ],
  ]);
});

test('services', () => {
  check([
    [service({ ports: [{ port: 80, targetPort: 'http' }] })],
    [service({ clusterIP: 'None' })],
    [service({ type: 'ExternalName', externalName: 'db.example.com' })],
    [service({ type: 'ExternalName' }), 'missing-field spec.externalName'],
    [service({}), 'missing-field spec.ports'],
    [service({ ports: [{ port: 0 }] }), 'out-of-range spec.ports[0].port'],
    [
      service({ ports: [{ port: 80, targetPort: 'a-name-that-is-long' }] }),
      'bad-name spec.ports[0].targetPort',
    ],
    [service({ ports: [{ port: 80, name: 'a' }, { port: 81 }] }), 'missing-field spec.ports[1].name'],
    [
      service({
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'b' },
        ],
      }),
      'duplicate spec.ports[1]',
    ],
    [
      service({
        ports: [
          { port: 80, name: 'a' },
          { port: 80, name: 'b', protocol: 'UDP' },
        ],
      }),
    ],
    [service({ ports: [{ port: 80, nodePort: 30000 }] }), 'exclusive-fields spec.ports[0].nodePort'],
    [service({ type: 'LoadBlancer', ports: [{ port: 80 }] }), 'wrong-value spec.type'],
    [service({ ports: [{ port: 80 }], selector: { app: 'a b' } }), 'bad-name spec.selector.app'],
  ]);
});

test('ingresses', () => {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const ingress = (spec: Json) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'www' },
    spec,
  });
  const path = (more: Json) =>
    ingress({ rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend, ...more }] } }] });
  const at = 'spec.rules[0].http.paths[0]';
  check([
    [path({})],
    [ingress({ defaultBackend: backend })],
    [ingress({}), 'missing-choice spec'],
    [path({ path: 'shop' }), `bad-notation ${at}.path`],
    [path({ path: '/a//b' }), `bad-notation ${at}.path`],
    [path({ pathType: 'Regex' }), `wrong-value ${at}.pathType`],
    [path({ backend: {} }), `missing-choice ${at}.backend`],
    [path({ backend: { service: { name: 'web' } } }), `missing-choice ${at}.backend.service.port`],
    [
      path({ backend: { service: { name: 'web', port: { name: 'http', number: 80 } } } }),
      `missing-choice ${at}.backend.service.port`,
    ],
    [ingress({ rules: [{ host: '10.0.0.1' }] }), 'bad-name spec.rules[0].host'],
    [ingress({ rules: [{ host: '*.example.com' }] })],
  ]);
});

test('autoscalers and disruption budgets', () => {
  const autoscaler = (spec: Json, version = 'v2') => ({
    apiVersion: `autoscaling/${version}`,
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: { scaleTargetRef: { kind: 'Widget', name: 'x' }, maxReplicas: 5, ...spec },
  });
  const metric = (target: Json) =>
    autoscaler({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] });
  const target = 'spec.metrics[0].resource.target';
  const budget = (spec: Json) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  });
  check([
    [autoscaler({})],
    [autoscaler({ targetCPUUtilizationPercentage: 80 }, 'v1')],
    [autoscaler({ targetCPUUtilizationPercentage: 80 }), 'unknown-field spec.targetCPUUtilizationPercentage'],
    [autoscaler({ minReplicas: 0 }), 'out-of-range spec.minReplicas'],
    [autoscaler({ minReplicas: 6 }), 'out-of-range spec.maxReplicas'],
    [
      autoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'x' } }),
      'unknown-reference spec.scaleTargetRef.name',
    ],
    [metric({ type: 'Utilization', averageUtilization: 80 })],
    [metric({ type: 'Utilization' }), `missing-field ${target}.averageUtilization`],
    [metric({ type: 'AverageValue', averageValue: 0 }), `out-of-range ${target}.averageValue`],
    [autoscaler({ metrics: [{ type: 'Pods' }] }), 'missing-field spec.metrics[0].pods'],
    [
      autoscaler({ behavior: { scaleDown: { stabilizationWindowSeconds: 4000 } } }),
      'out-of-range spec.behavior.scaleDown.stabilizationWindowSeconds',
    ],
    [
      autoscaler({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 0, periodSeconds: 15 }] } } }),
      'out-of-range spec.behavior.scaleUp.policies[0].value',
    ],
    [budget({ minAvailable: '50%' })],
    [budget({ minAvailable: 1, maxUnavailable: 1 }), 'exclusive-fields spec'],
    [budget({ minAvailable: 'half' }), 'bad-notation spec.minAvailable'],
    [budget({ maxUnavailable: -1 }), 'out-of-range spec.maxUnavailable'],
  ]);
});

test('config maps', () => {
  const configMap = (more: Json) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a' },
    ...more,
  });
  check([
    [configMap({ data: { 'a.b_c-D': 'x' } })],
    [configMap({ data: { 'a b': 'x' } }), 'bad-name data["a b"]'],
    [configMap({ data: { a: 1 } }), 'wrong-type data.a'],
    [configMap({ data: { a: '1' }, binaryData: { a: 'MQ==' } }), 'duplicate binaryData.a'],
    [configMap({ data: { a: 'x'.repeat(1024 * 1024) } }), 'too-long data'],
  ]);
});

test('selectors select as in Kubernetes', () => {
  const labels = { app: 'web', tier: 'front' };
  const expression = (operator: string, values?: string[], key = 'app') => ({
    matchExpressions: [{ key, operator, ...(values ? { values } : {}) }],
  });
  assert.equal(selects({}, labels), false);
  assert.equal(selects({ matchLabels: { app: 'web', tier: 'front' } }, labels), true);
  assert.equal(selects({ matchLabels: { app: 'web', toString: 'x' } }, labels), false);
  assert.equal(selects(expression('In', ['web', 'x']), labels), true);
  assert.equal(selects(expression('NotIn', ['web']), labels), false);
  assert.equal(selects(expression('NotIn', ['web'], 'other'), labels), true);
  assert.equal(selects(expression('Exists'), labels), true);
  assert.equal(selects(expression('DoesNotExist'), labels), false);
});

test('pods, Jobs and CronJobs: what becomes of containers that end', () => {
  const pod = (spec: Json) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec });
  const job = (spec: Json, pod: Json = { restartPolicy: 'Never' }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'web' },
    spec: { template: template(pod), ...spec },
  });
  const cron = (spec: Json, inner: Json = {}) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'web' },
    spec: { schedule: '@daily', jobTemplate: { spec: { ...job({}).spec, ...inner } }, ...spec },
  });
  check([
    [pod({ containers: [container()] })],
    [pod({ containers: [container()], restartPolicy: 'OnFailure' })],
    [pod({ containers: [container()], restartPolicy: 'Sometimes' }), 'wrong-value spec.restartPolicy'],
    [
      pod({ containers: [container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })] }),
      'unknown-reference spec.containers[0].volumeMounts[0].name',
    ],
    [job({})],
    [job({}, {}), 'missing-field spec.template.spec.restartPolicy'],
    [job({}, { restartPolicy: 'Always' }), 'wrong-value spec.template.spec.restartPolicy'],
    [job({ backoffLimit: -1 }), 'out-of-range spec.backoffLimit'],
    [cron({})],
    [cron({ concurrencyPolicy: 'Skip' }), 'wrong-value spec.concurrencyPolicy'],
    [cron({}, { parallelism: -2 }), 'out-of-range spec.jobTemplate.spec.parallelism'],
    [cron({}, { template: template() }), 'missing-field spec.jobTemplate.spec.template.spec.restartPolicy'],
  ]);
});

test('DaemonSets, ReplicaSets and ReplicationControllers', () => {
  const controller = (spec: Json) => ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'web' },
    spec: { template: template(), ...spec },
  });
  check([
    [workload('DaemonSet')],
    [workload('DaemonSet', { updateStrategy: { type: 'Recreate' } }), 'wrong-value spec.updateStrategy.type'],
    [workload('ReplicaSet', { replicas: -1 }), 'out-of-range spec.replicas'],
    [workload('ReplicaSet', { selector: {} }), 'empty-selector spec.selector'],
    [controller({})],
    [controller({ selector: { app: 'web' } })],
    [controller({ selector: { app: 'x' } }), 'selector-mismatch spec.template.metadata.labels'],
  ]);
});

test('Rollouts: one template, one strategy, Services and analyses that are there', () => {
  const rollout = (spec: Json) => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: template(),
      strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }] } },
      ...spec,
    },
  });
  const canary = (more: Json) => rollout({ strategy: { canary: more } });
  const at = 'spec.strategy.canary';
  check([
    [rollout({})],
    [
      rollout({ strategy: { canary: {}, blueGreen: { activeService: 'x' } } }),
      'missing-choice spec.strategy',
      'unknown-reference spec.strategy.blueGreen.activeService',
    ],
    [rollout({ strategy: {} }), 'missing-choice spec.strategy'],
    [rollout({ template: undefined }), 'missing-choice spec'],
    [rollout({ selector: undefined }), 'missing-field spec.selector'],
    [
      rollout({ workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gone' } }),
      'exclusive-fields spec.workloadRef',
      'unknown-reference spec.workloadRef.name',
    ],
    [canary({ steps: [{ setWeight: 101 }] }), `out-of-range ${at}.steps[0].setWeight`],
    [canary({ steps: [{ setWait: 5 }] }), `unknown-field ${at}.steps[0].setWait`],
    [canary({ maxSurge: 'x' }), `bad-notation ${at}.maxSurge`],
    [canary({ canaryService: 'web-canary' }), `unknown-reference ${at}.canaryService`],
    [
      canary({ steps: [{ analysis: { templates: [{ templateName: 'errors' }] } }] }),
      `unknown-reference ${at}.steps[0].analysis.templates[0].templateName`,
    ],
  ]);
});
