import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCronSchedule } from './cron.ts';
import {
  container,
  label,
  labelValue,
  name,
  pod,
  podWith,
  problemsOf,
  selector,
  subdomain,
  template,
} from './validation.cases.ts';

type Case = readonly [
  what: string,
  apiVersion: string,
  kind: string,
  object: object,
  wanted: readonly string[],
];

const cases: readonly Case[] = [
  ['a good pod', 'v1', 'Pod', pod({}), []],
  ['a good deployment', 'apps/v1', 'Deployment', { spec: { selector, template } }, []],
  [
    'names',
    'v1',
    'ConfigMap',
    { metadata: { name: 'Bad_Name', namespace: 'default', labels: { '-a': '?' } } },
    [
      `metadata.name: Invalid value: "Bad_Name": ${subdomain}`,
      `metadata.labels: Invalid value: "-a": ${name}`,
      `metadata.labels: Invalid value: "?": ${labelValue}`,
    ],
  ],
  [
    'a name that is missing',
    'v1',
    'ConfigMap',
    { metadata: { namespace: 'default' } },
    ['metadata.name: Required value: name or generateName is required'],
  ],
  [
    'a namespace where none is',
    'v1',
    'Node',
    { metadata: { name: 'n', namespace: 'x' } },
    ['metadata.namespace: Forbidden: not allowed on this type'],
  ],
  [
    'finalizers',
    'v1',
    'ConfigMap',
    { metadata: { name: 'x', namespace: 'default', finalizers: ['mine', 'a/b'] } },
    [
      'metadata.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
  [
    'owners',
    'v1',
    'ConfigMap',
    { metadata: { name: 'x', namespace: 'default', ownerReferences: [{ kind: 'A', name: 'a', uid: '' }] } },
    [
      'metadata.ownerReferences[0].apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences[0].uid: Invalid value: "": must not be empty',
    ],
  ],
  ['no containers', 'v1', 'Pod', { spec: { containers: [] } }, ['spec.containers: Required value']],
  [
    'containers',
    'v1',
    'Pod',
    { spec: { containers: [{ name: 'A' }, { name: 'b', image: 'b' }, { name: 'b', image: 'b' }] } },
    [
      `spec.containers[0].name: Invalid value: "A": ${label}`,
      'spec.containers[0].image: Required value',
      'spec.containers[2].name: Duplicate value: "b"',
    ],
  ],
  [
    'ports',
    'v1',
    'Pod',
    podWith({
      ports: [
        { containerPort: 0 },
        { containerPort: 70000, name: 'web' },
        { containerPort: 1, name: 'web', protocol: 'tcp' },
      ],
    }),
    [
      'spec.containers[0].ports[0].containerPort: Required value',
      'spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[2].name: Duplicate value: "web"',
      'spec.containers[0].ports[2].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
    ],
  ],
  [
    'environment',
    'v1',
    'Pod',
    podWith({
      env: [
        { name: '' },
        { name: 'A', valueFrom: {} },
        { name: 'B', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ],
    }),
    [
      'spec.containers[0].env[0].name: Required value',
      'spec.containers[0].env[1].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      'spec.containers[0].env[2].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
    ],
  ],
  [
    'mounts',
    'v1',
    'Pod',
    podWith({ volumeMounts: [{ name: 'none', mountPath: '/x' }] }),
    ['spec.containers[0].volumeMounts[0].name: Not found: "none"'],
  ],
  [
    'resources',
    'v1',
    'Pod',
    podWith({
      resources: {
        limits: { cpu: '1', 'a/b': '1' },
        requests: { cpu: '2', 'a/b': '2', memory: '-1', foo: '1' },
      },
    }),
    [
      'spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
      'spec.containers[0].resources.requests: Invalid value: "2": must be equal to a/b limit of 1',
      'spec.containers[0].resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource type or fully qualified',
      'spec.containers[0].resources.requests[foo]: Invalid value: "foo": must be a standard resource for containers',
    ],
  ],
  [
    'probes',
    'v1',
    'Pod',
    podWith({
      livenessProbe: { successThreshold: 2, periodSeconds: -1 },
      readinessProbe: { httpGet: { port: 'x_y' }, exec: { command: ['a'] } },
    }),
    [
      'spec.containers[0].livenessProbe: Required value: must specify a handler type',
      'spec.containers[0].livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
      'spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1',
      'spec.containers[0].readinessProbe.httpGet: Forbidden: may not specify more than 1 handler type',
    ],
  ],
  [
    'policies of a pod',
    'v1',
    'Pod',
    pod({ restartPolicy: 'Sometimes', dnsPolicy: 'No', activeDeadlineSeconds: 0 }),
    [
      'spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "No": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"',
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
    ],
  ],
  [
    'tolerations',
    'v1',
    'Pod',
    pod({
      tolerations: [
        { operator: 'Equal' },
        { key: 'a', operator: 'Exists', value: 'x' },
        { key: 'a', tolerationSeconds: 1 },
      ],
    }),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      'spec.tolerations[1].operator: Invalid value: "x": value must be empty when `operator` is \'Exists\'',
      'spec.tolerations[2].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
    ],
  ],
  [
    'spread',
    'v1',
    'Pod',
    pod({ topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never' }] }),
    [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].topologyKey: Required value: can not be empty',
      'spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
  ],
  [
    'volumes',
    'v1',
    'Pod',
    pod({ volumes: [{ name: 'v' }, { name: 'v', configMap: {} }] }),
    ['spec.volumes[1].configMap.name: Required value', 'spec.volumes[1].name: Duplicate value: "v"'],
  ],
  [
    'a deployment without anything',
    'apps/v1',
    'Deployment',
    { spec: {} },
    [
      'spec.selector: Required value',
      'spec.template.spec.containers: Required value',
      'spec.template.spec.restartPolicy: Required value',
      'spec.template.spec.dnsPolicy: Required value',
    ],
  ],
  [
    'a selector that misses its template',
    'apps/v1',
    'Deployment',
    { spec: { selector: { matchLabels: { app: 'db' } }, template } },
    [
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  ],
  [
    'an empty selector',
    'apps/v1',
    'Deployment',
    { spec: { selector: {}, template } },
    [
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment',
    ],
  ],
  [
    'a rollout that can not move',
    'apps/v1',
    'Deployment',
    {
      spec: {
        selector,
        template,
        replicas: -1,
        strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
      },
    },
    [
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0',
    ],
  ],
  [
    'percentages',
    'apps/v1',
    'Deployment',
    { spec: { selector, template, strategy: { rollingUpdate: { maxSurge: 'x', maxUnavailable: '101%' } } } },
    [
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: \"x\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ],
  ],
  [
    'Recreate with bounds',
    'apps/v1',
    'Deployment',
    { spec: { selector, template, strategy: { type: 'Recreate', rollingUpdate: {} } } },
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  ],
  [
    'a deadline too early',
    'apps/v1',
    'Deployment',
    { spec: { selector, template, minReadySeconds: 600 } },
    ['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
  ],
  [
    'a deployment of pods that end',
    'apps/v1',
    'Deployment',
    { spec: { selector, template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } } } },
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  ],
  [
    'a job of pods that never end',
    'batch/v1',
    'Job',
    { spec: { selector, template } },
    ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  ],
  [
    'a daemon set that can not move',
    'apps/v1',
    'DaemonSet',
    { spec: { selector, template, updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } } },
    ['spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0'],
  ],
  [
    'a cron job',
    'batch/v1',
    'CronJob',
    {
      spec: {
        schedule: '61 * * * *',
        concurrencyPolicy: 'No',
        jobTemplate: { spec: { template: { spec: { containers: [container], restartPolicy: 'Never' } } } },
      },
    },
    [
      'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
      'spec.concurrencyPolicy: Unsupported value: "No": supported values: "Allow", "Forbid", "Replace"',
    ],
  ],
  [
    'a service',
    'v1',
    'Service',
    {
      metadata: { name: '1a', namespace: 'default' },
      spec: { type: 'Nope', ports: [{ port: 0 }, { port: 80, name: 'a' }, { port: 80, name: 'a' }] },
    },
    [
      "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      'spec.ports[0].name: Required value',
      'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive',
      'spec.ports[2].name: Duplicate value: "a"',
      'spec.type: Unsupported value: "Nope": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      'spec.ports[2]: Duplicate value: {"port":80,"protocol":"TCP"}',
    ],
  ],
  [
    'what a service keeps inside',
    'v1',
    'Service',
    {
      spec: {
        ports: [{ port: 80, nodePort: 30_080 }],
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Nowhere',
        allocateLoadBalancerNodePorts: false,
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 1 } },
      },
    },
    [
      "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
      "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
      "spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set when `type` is 'NodePort' or 'LoadBalancer'",
      'spec.internalTrafficPolicy: Unsupported value: "Nowhere": supported values: "Cluster", "Local"',
    ],
  ],
  [
    'what a service shows outside',
    'v1',
    'Service',
    {
      spec: {
        type: 'LoadBalancer',
        ports: [
          { name: 'a', port: 10_250, nodePort: 30_080 },
          { name: 'b', port: 81, nodePort: 30_080 },
        ],
        externalTrafficPolicy: 'Nowhere',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_401 } },
      },
    },
    [
      'spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet',
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
      'spec.ports[1].nodePort: Duplicate value: 30080',
      'spec.externalTrafficPolicy: Unsupported value: "Nowhere": supported values: "Cluster", "Local"',
    ],
  ],
  [
    'the same port by two protocols',
    'v1',
    'Service',
    {
      spec: {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 53, nodePort: 30_053 },
          { name: 'b', port: 53, nodePort: 30_053, protocol: 'UDP' },
        ],
      },
    },
    [],
  ],
  [
    'a gated pod that has a node, and an image in spaces',
    'v1',
    'Pod',
    {
      spec: {
        containers: [{ ...container, image: ' a:1' }],
        nodeName: 'n',
        schedulingGates: [{ name: 'g' }],
      },
    },
    [
      'spec.containers[0].image: Invalid value: " a:1": must not have leading or trailing whitespace',
      'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
    ],
  ],
  [
    'metrics of the wrong kind',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    {
      spec: {
        maxReplicas: 2,
        scaleTargetRef: { kind: 'Deployment', name: 'a' },
        metrics: [
          {
            type: 'Pods',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
          },
          {
            type: 'Object',
            object: {
              describedObject: { kind: 'A', name: 'a' },
              metric: { name: 'a/b' },
              target: { type: 'Value' },
            },
          },
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cycles',
              container: 'A',
              target: { type: 'Utilization', averageUtilization: 50 },
            },
          },
          { type: 'External', external: { metric: { name: 'a' } } },
        ],
      },
    },
    [
      'spec.metrics[0].pods: Required value: must populate information for the given metric source',
      'spec.metrics[1].object.metric.name: Invalid value: "a/b": may not contain \'/\'',
      'spec.metrics[1].object.target.averageValue: Required value: must set either a target value or averageValue',
      'spec.metrics[2].containerResource.name: Invalid value: "cycles": must be a standard resource type or fully qualified',
      'spec.metrics[2].containerResource.name: Invalid value: "cycles": must be a standard resource for containers',
      `spec.metrics[2].containerResource.container: Invalid value: "A": ${label}`,
      'spec.metrics[3].external.target.type: Required value: must specify a metric target type',
      'spec.metrics[3].external.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue',
      'spec.metrics[3].external.target.averageValue: Required value: must set either a target value for metric or a per-pod target',
    ],
  ],
  ['a service without ports', 'v1', 'Service', { spec: {} }, ['spec.ports: Required value']],
  [
    'an autoscaler',
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    {
      spec: {
        minReplicas: 0,
        maxReplicas: 0,
        scaleTargetRef: { kind: 'Deployment' },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }],
      },
    },
    [
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.scaleTargetRef.name: Required value',
      'spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization',
    ],
  ],
  [
    'a budget',
    'policy/v1',
    'PodDisruptionBudget',
    { spec: { minAvailable: -1, selector } },
    ['spec.minAvailable: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'a quota',
    'v1',
    'ResourceQuota',
    { spec: { hard: { pods: '1.5', cows: '1' } } },
    [
      'spec.hard[pods]: Invalid value: "1.5": must be an integer',
      'spec.hard[cows]: Invalid value: "cows": must be a standard resource type or fully qualified',
      'spec.hard[cows]: Invalid value: "cows": must be a standard resource for quota',
    ],
  ],
  [
    'a limit range',
    'v1',
    'LimitRange',
    { spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] } },
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "2": min value 2 is greater than default request value 1',
      'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    ],
  ],
  [
    'a priority too high',
    'scheduling.k8s.io/v1',
    'PriorityClass',
    { value: 1_000_000_001 },
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  [
    'keys',
    'v1',
    'ConfigMap',
    { data: { 'a b': 'x' } },
    [
      "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    'an ingress without rules',
    'networking.k8s.io/v1',
    'Ingress',
    { spec: {} },
    ['spec: Invalid value: []: either `defaultBackend` or `rules` must be specified'],
  ],
  [
    'taints',
    'v1',
    'Node',
    { spec: { taints: [{ key: 'a', effect: 'Never' }] } },
    [
      'spec.taints[0].effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"',
    ],
  ],
  [
    'a rollout',
    'argoproj.io/v1alpha1',
    'Rollout',
    { spec: { selector, template, strategy: { canary: { steps: [{ setWeight: 101 }, {}] } } } },
    [
      'spec.strategy.canary.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100',
      'spec.strategy.canary.steps[1]: Invalid value: "": Step must have one of the following set: experiment, setWeight, setCanaryScale or pause',
    ],
  ],
];

for (const [what, apiVersion, kind, object, wanted] of cases)
  test(`validation of ${what}`, () => {
    assert.deepEqual(problemsOf(apiVersion, kind, object), wanted);
  });

test('schedules', () => {
  for (const good of [
    '* * * * *',
    '*/5 0-6,12 1 jan-mar mon',
    '@daily',
    '@every 1h30m',
    '0 0 ? * 0',
    'CRON_TZ=UTC 0 0 * * *',
  ])
    assert.equal(parseCronSchedule(good), null, good);
  assert.equal(parseCronSchedule('* * * *'), 'expected exactly 5 fields, found 4: [* * * *]');
  assert.equal(
    parseCronSchedule('x * * * *'),
    'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax',
  );
  assert.equal(parseCronSchedule('*/0 * * * *'), 'step of range should be a positive number: */0');
  assert.equal(parseCronSchedule('@often'), 'unrecognized descriptor: @often');
  assert.equal(parseCronSchedule('5-1 * * * *'), 'beginning of range (5) beyond end of range (1): 5-1');
});
