import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '../../../base/diagnostics.ts';
import { compile } from '../../../model/compile.ts';
import type { Inference, Model } from '../../../model/model.ts';
import { type ParseOptions, parse, type SourceFile } from '../../../model/parse.ts';
import { catalogue } from '../../catalogue.ts';
import type { Endpoint, Service, TrafficModel } from '../model.ts';

/** What came of manifests, for tests. */
export interface Compiled {
  readonly model: Model | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly inferences: readonly Inference[];
  /** Throws with the errors when there is no model. */
  readonly traffic: TrafficModel;
}

/** Compiles manifests given as text; `data` are files that they name. */
export function compileText(
  text: string,
  data: Readonly<Record<string, string>> = {},
  options: ParseOptions = {},
): Compiled {
  return compileFiles([{ name: 'manifests.yaml', text }], data, options);
}

/** Compiles a folder under `test/fixtures`. */
export function compileFixture(name: string, more = ''): Compiled {
  const folder = path.join(import.meta.dirname, '../../../../test/fixtures', name);
  const files = readdirSync(folder)
    .sort()
    .map((file) => ({ name: file, text: readFileSync(path.join(folder, file), 'utf8') }));
  return compileFiles([...files, ...(more === '' ? [] : [{ name: 'more.yaml', text: more }])], {});
}

function compileFiles(
  files: readonly SourceFile[],
  data: Readonly<Record<string, string>>,
  options: ParseOptions = {},
): Compiled {
  const { scenario, diagnostics: read } = parse(files, catalogue, options);
  const { model, diagnostics: compiled } = compile(scenario, catalogue, {
    files: (name) => (Object.hasOwn(data, name) ? data[name] : null),
  });
  const diagnostics = [...read, ...compiled];
  return {
    model,
    diagnostics,
    inferences: model?.inferences ?? [],
    get traffic() {
      if (model === null) throw new Error(diagnostics.map((one) => `${one.code}: ${one.message}`).join('\n'));
      return model.rooms['traffic'] as TrafficModel;
    },
  };
}

/** Codes of diagnostics of a severity, in order. */
export function codes(compiled: Compiled, severity: Diagnostic['severity'] = 'error'): string[] {
  return compiled.diagnostics.filter((one) => one.severity === severity).map((one) => one.code);
}

/** The only diagnostic with that code. */
export function only(compiled: Compiled, code: string): Diagnostic {
  const found = compiled.diagnostics.filter((one) => one.code === code);
  if (found.length !== 1) {
    throw new Error(
      `${found.length} diagnostics ${code} among: ${compiled.diagnostics.map((one) => `${one.code} (${one.message})`).join('; ')}`,
    );
  }
  return found[0];
}

export function service(traffic: TrafficModel, name: string): Service {
  const found = traffic.services.find((one) => one.name === name);
  if (!found)
    throw new Error(`no service ${name} among ${traffic.services.map((one) => one.name).join(', ')}`);
  return found;
}

export function endpoint(traffic: TrafficModel, written: string): Endpoint {
  const found = traffic.endpoints.find(
    (one) => `${traffic.services[one.service].name}/${one.name}` === written,
  );
  if (!found) throw new Error(`no endpoint ${written}`);
  return found;
}

/** `client → service/endpoint` of every call, sources as `source/NAME`, in order. */
export function callNames(traffic: TrafficModel): string[] {
  const sourceOf = new Map(
    traffic.sources.flatMap((source) => source.requests.map(({ call }) => [call, source.name] as const)),
  );
  return traffic.calls.map((call) => {
    const target = traffic.endpoints[call.endpoint];
    const client =
      call.client === null ? `source/${sourceOf.get(call.id)}` : traffic.services[call.client].name;
    return `${client} → ${traffic.services[target.service].name}/${target.name}`;
  });
}

/** What was inferred about a resource at a path: its value. */
export function inferred(compiled: Compiled, resource: string, at: string): string | undefined {
  return compiled.inferences.find((one) => one.resource === resource && one.path === at)?.value;
}

interface Pod {
  readonly replicas?: number;
  readonly image?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cpu?: string;
  readonly limit?: string;
  readonly port?: number;
  readonly namespace?: string;
  readonly type?: string;
  readonly kind?: string;
}

/** A Deployment and its Service of one name, as JSON is YAML too. */
export function deployed(name: string, pod: Pod = {}): string {
  const { replicas = 1, image = 'example.org/app:1', env = {}, cpu = '1', limit, port = 8080 } = pod;
  const metadata = { name, namespace: pod.namespace ?? 'default' };
  const container = {
    name,
    image,
    ports: [{ containerPort: port }],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
    resources: {
      requests: { cpu, memory: '128Mi' },
      ...(limit === undefined ? {} : { limits: { cpu: limit } }),
    },
  };
  const labels = { app: name };
  const workload = {
    apiVersion: 'apps/v1',
    kind: pod.kind ?? 'Deployment',
    metadata,
    spec: {
      replicas,
      ...(pod.kind === 'StatefulSet' ? { serviceName: name } : {}),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [container] } },
    },
  };
  const serviceDocument = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { selector: labels, ports: [{ port }], ...(pod.type === undefined ? {} : { type: pod.type }) },
  };
  return `---\n${JSON.stringify(workload)}\n---\n${JSON.stringify(serviceDocument)}\n`;
}

/** A document of one of the project's own kinds. */
export function own(kind: string, name: string, spec: object, namespace = 'default'): string {
  return `---\n${JSON.stringify({ apiVersion: 'sim.devops/v1alpha1', kind, metadata: { name, namespace }, spec })}\n`;
}

/** A ServiceModel for the Service of its name. */
export function modelled(name: string, spec: object, namespace = 'default'): string {
  return own(
    'ServiceModel',
    name,
    { for: { service: name }, runtime: { model: 'eventLoop' }, ...spec },
    namespace,
  );
}
