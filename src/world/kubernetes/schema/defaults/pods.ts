/**
 * Fidelity: defaults of pods and their templates (core/v1 defaults.go, 1.32). Pods of one template share containers and spec, so
 * what becomes of them is remembered. Simplified: of volumes only the kinds that clusters of today use have defaults.
 */
import type { ResourceList } from '../../objects/meta.ts';
import type { Container, LifecycleHandler, Pod, PodSpec, PodTemplate, Probe } from '../../objects/pod.ts';
import { changed, filled, mapped, remembered, within } from './fill.ts';

/** Nobody may change them: they are shared by all that lacked them. */
const noLimits = {};
const noContext = {};

const containerDefaults = {
  resources: noLimits,
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

const probeDefaults = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const httpDefaults = { path: '/', scheme: 'HTTP' };
const portDefaults = { protocol: 'TCP' };
const fieldDefaults = { apiVersion: 'v1' };

/** Always for `latest` and what has no tag, else IfNotPresent. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultedProbe(probe: Probe): Probe {
  const made = filled(within<Probe, object>(probe, 'httpGet', withHttpDefaults), probeDefaults);
  return within<Probe, object>(made, 'grpc', (grpc) => filled(grpc, { service: '' }));
}

function withHttpDefaults(httpGet: object): object {
  return filled(httpGet, httpDefaults);
}

function defaultedHandler(handler: LifecycleHandler): LifecycleHandler {
  return within<LifecycleHandler, object>(handler, 'httpGet', withHttpDefaults);
}

function defaultedLifecycle(lifecycle: object): object {
  return within<object, LifecycleHandler>(
    within<object, LifecycleHandler>(lifecycle, 'preStop', defaultedHandler),
    'postStart',
    defaultedHandler,
  );
}

function withFieldVersion(holder: object): object {
  return within<object, object>(holder, 'fieldRef', (reference) => filled(reference, fieldDefaults));
}

/** A container with its defaults; the requests are left as they are. */
export function defaultedContainer(container: Container): Container {
  let made = filled(container, containerDefaults);
  if (made.imagePullPolicy === undefined)
    made = { ...made, imagePullPolicy: pullPolicyOf(container.image ?? '') };
  made = within<Container, readonly object[]>(made, 'ports', (ports) =>
    mapped(ports, (port) => filled(port, portDefaults)),
  );
  made = within<Container, readonly object[]>(made, 'env', (env) =>
    mapped(env, (one) => within<object, object>(one, 'valueFrom', withFieldVersion)),
  );
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'])
    made = within<Container, Probe>(made, probe, defaultedProbe);
  return within<Container, object>(made, 'lifecycle', defaultedLifecycle);
}

const defaultedContainers = remembered((containers: readonly Container[]) =>
  mapped(containers, defaultedContainer),
);

const fileMode = 0o644;
const modes = { defaultMode: fileMode };

function withItems(source: object): object {
  return within<object, readonly object[]>(filled(source, modes), 'items', (items) =>
    mapped(items, withFieldVersion),
  );
}

function defaultedProjection(source: object): object {
  const made = within<object, object>(source, 'serviceAccountToken', (token) =>
    filled(token, { expirationSeconds: 3600 }),
  );
  return within<object, object>(made, 'downwardAPI', (downward) =>
    within<object, readonly object[]>(downward, 'items', (items) => mapped(items, withFieldVersion)),
  );
}

function defaultedVolume(volume: object): object {
  if (Object.keys(volume).length <= 1) return filled(volume, { emptyDir: {} });
  let made = volume;
  for (const kind of ['secret', 'configMap'])
    made = within<object, object>(made, kind, (source) => filled(source, modes));
  made = within<object, object>(made, 'downwardAPI', withItems);
  made = within<object, object>(made, 'projected', (projected) =>
    within<object, readonly object[]>(filled(projected, modes), 'sources', (sources) =>
      mapped(sources, defaultedProjection),
    ),
  );
  made = within<object, object>(made, 'ephemeral', (ephemeral) =>
    within<object, object>(ephemeral, 'volumeClaimTemplate', (template) =>
      within<object, object>(template, 'spec', defaultedClaimSpec),
    ),
  );
  return within<object, object>(made, 'hostPath', (path) => filled(path, { type: '' }));
}

export function defaultedClaimSpec(spec: object): object {
  return filled(spec, { volumeMode: 'Filesystem' });
}

const specDefaults = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
  securityContext: noContext,
  terminationGracePeriodSeconds: 30,
};

function withAccount(spec: PodSpec): PodSpec {
  const { serviceAccountName, serviceAccount } = spec as {
    serviceAccountName?: string;
    serviceAccount?: string;
  };
  return filled(spec, { serviceAccountName: serviceAccount, serviceAccount: serviceAccountName });
}

/** The spec of a template with its defaults. */
export const defaultedPodSpec = remembered((spec: PodSpec): PodSpec => {
  let made = withAccount(filled(spec, specDefaults));
  for (const list of ['containers', 'initContainers', 'ephemeralContainers'])
    made = within<PodSpec, readonly Container[]>(made, list, defaultedContainers);
  return within<PodSpec, readonly object[]>(made, 'volumes', (volumes) => mapped(volumes, defaultedVolume));
});

export function defaultedTemplate(template: PodTemplate): PodTemplate {
  return within<PodTemplate, PodSpec>(template, 'spec', defaultedPodSpec);
}

/** A limit without a request asks for as much as the limit. */
function withRequests(container: Container): Container {
  const { resources } = container;
  if (resources?.limits === undefined) return container;
  const requests: ResourceList = filled(resources.requests ?? noLimits, resources.limits);
  return requests === resources.requests
    ? container
    : { ...container, resources: { ...resources, requests } };
}

function withHostPort(container: Container): Container {
  return within<Container, readonly { readonly containerPort: number }[]>(container, 'ports', (ports) =>
    mapped(ports, (port) => filled(port, { hostPort: port.containerPort })),
  );
}

/** What a pod has beyond its template; by the containers alone, so that all pods of a template share them. */
const podContainers = remembered((containers: readonly Container[]) => mapped(containers, withRequests));
const hostContainers = remembered((containers: readonly Container[]) => mapped(containers, withHostPort));

const runningSpec = remembered((spec: PodSpec): PodSpec => {
  let made = filled(defaultedPodSpec(spec), { enableServiceLinks: true });
  const isHost = (spec as { hostNetwork?: boolean }).hostNetwork === true;
  for (const list of ['containers', 'initContainers'])
    made = within<PodSpec, readonly Container[]>(made, list, (containers) =>
      isHost ? hostContainers(podContainers(containers)) : podContainers(containers),
    );
  return made;
});

/** A pod with its defaults; pods that share a spec go on sharing one. */
export function defaultedPod(pod: Pod): Pod {
  return changed(pod, 'spec', runningSpec(pod.spec));
}
