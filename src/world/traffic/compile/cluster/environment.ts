import type { ResourceSet } from '../../../../model/resource.ts';
import type { ConfigMapDocument, Container, PodSpec, SecretDocument } from './manifest.ts';
import type { Clue } from './reference.ts';
import { secretTexts } from './secret.ts';

/**
 * Fidelity: what a container finds in its environment and files, as the kubelet puts it there: `env` over `envFrom`,
 * later `envFrom` over earlier, `$(NAME)` replaced by variables defined before, `$$` for a dollar; ConfigMaps mounted as
 * volumes; Secrets where the manifests carry them. Source: Kubernetes, “Define Dependent Environment Variables”.
 */
export interface Environment {
  /** Values by name; a variable whose value is not in the manifests is there with null. */
  readonly variables: ReadonlyMap<string, string | null>;
  readonly clues: readonly Clue[];
  /** Variables that come from Secrets which are not among the manifests. */
  readonly hidden: readonly string[];
}

/** Longer values are cut in messages. */
const shownMax = 80;

/** Credentials in URLs are nobody's business in a report. */
function masked(value: string): string {
  const text = value.replace(/\/\/[^/@\s]+@/g, '//…@');
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

/** Everything `container` of a pod in `namespace` is told by its environment, arguments and mounted ConfigMaps. */
export function readEnvironment(
  resources: ResourceSet,
  namespace: string,
  pod: PodSpec,
  container: Container,
): Environment {
  const variables = new Map<string, string | null>();
  const hidden: string[] = [];
  const secret = new Set<string>();
  readEnvFrom(resources, namespace, container, variables, secret);
  for (const variable of container.env ?? []) {
    const value = variableValue(resources, namespace, variable);
    const isSecret = variable.valueFrom?.secretKeyRef !== undefined;
    if (value === null && isSecret) hidden.push(variable.name);
    if (isSecret) secret.add(variable.name);
    else secret.delete(variable.name);
    variables.set(variable.name, value === null ? null : expand(value, variables));
  }
  const clues: Clue[] = [];
  for (const [name, text] of variables) {
    if (text === null) continue;
    const shown = secret.has(name) ? `${name} from a Secret` : `${name}=${masked(text)}`;
    clues.push({ name, text, shown, kind: 'variable' });
  }
  clues.push(...argumentClues(pod, container, variables), ...fileClues(resources, namespace, pod, container));
  return { variables, clues, hidden };
}

function readEnvFrom(
  resources: ResourceSet,
  namespace: string,
  container: Container,
  variables: Map<string, string | null>,
  secret: Set<string>,
): void {
  for (const source of container.envFrom ?? []) {
    const config = configData(resources, namespace, source.configMapRef?.name);
    const data = config ?? secretData(resources, namespace, source.secretRef?.name);
    for (const [key, value] of Object.entries(data ?? {})) {
      const name = (source.prefix ?? '') + key;
      variables.set(name, value);
      if (config === undefined) secret.add(name);
      else secret.delete(name);
    }
  }
}

function configData(resources: ResourceSet, namespace: string, name: string | undefined) {
  if (name === undefined) return undefined;
  return resources.find<ConfigMapDocument>('ConfigMap', namespace, name)?.value.data;
}

function secretData(resources: ResourceSet, namespace: string, name: string | undefined) {
  if (name === undefined) return undefined;
  const secret = resources.find<SecretDocument>('Secret', namespace, name);
  return secret === null ? undefined : secretTexts(secret.value);
}

function variableValue(
  resources: ResourceSet,
  namespace: string,
  variable: NonNullable<Container['env']>[number],
): string | null {
  const { configMapKeyRef: config, secretKeyRef: secret } = variable.valueFrom ?? {};
  if (config) return configData(resources, namespace, config.name)?.[config.key] ?? null;
  if (secret) return secretData(resources, namespace, secret.name)?.[secret.key] ?? null;
  // The downward API and such: a value only the cluster knows.
  return variable.valueFrom ? null : (variable.value ?? '');
}

/** Replaces `$(NAME)` by variables known so far, as the kubelet does; unknown names stay as they are. */
export function expand(text: string, variables: ReadonlyMap<string, string | null>): string {
  return text.replace(/\$\$|\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)/g, (whole, name?: string) =>
    name === undefined ? '$' : (variables.get(name) ?? whole),
  );
}

function argumentClues(
  pod: PodSpec,
  container: Container,
  variables: ReadonlyMap<string, string | null>,
): Clue[] {
  const clue = (owner: Container, words: readonly string[]): Clue => {
    const text = expand(words.join(' '), variables);
    return { name: owner.name, text, shown: `arguments ${masked(text)}`, kind: 'arguments' };
  };
  const own = [...(container.command ?? []), ...(container.args ?? [])];
  const clues = own.length > 0 ? [clue(container, own)] : [];
  // An init container that waits for a service tells that the service is needed.
  for (const init of pod.initContainers ?? []) {
    const words = [...(init.command ?? []), ...(init.args ?? [])];
    if (words.length > 0 && init.restartPolicy !== 'Always') clues.push(clue(init, words));
  }
  return clues;
}

function fileClues(resources: ResourceSet, namespace: string, pod: PodSpec, container: Container): Clue[] {
  const mounted = new Set((container.volumeMounts ?? []).map((mount) => mount.name));
  const clues: Clue[] = [];
  for (const volume of pod.volumes ?? []) {
    if (!mounted.has(volume.name)) continue;
    const names = [
      volume.configMap?.name,
      ...(volume.projected?.sources ?? []).map((source) => source.configMap?.name),
    ];
    for (const name of names) {
      for (const [file, text] of Object.entries(configData(resources, namespace, name) ?? {})) {
        clues.push({ name: file, text, shown: `${file} of ConfigMap ${name}`, kind: 'file' });
      }
    }
  }
  return clues;
}

/** Reads whole-number settings from environment, arguments and configuration files, for presets. */
export function settingReader(environment: Environment): (...names: readonly string[]) => number | null {
  const texts = environment.clues.filter((clue) => clue.kind !== 'variable').map((clue) => clue.text);
  const flags = environment.variables.get('GUNICORN_CMD_ARGS');
  if (flags) texts.push(flags);
  for (const name of ['JAVA_OPTS', 'JAVA_TOOL_OPTIONS', 'CATALINA_OPTS']) {
    const options = environment.variables.get(name);
    if (options) texts.push(options);
  }
  return (...names) => {
    for (const name of names) {
      const value = positiveInteger(environment.variables.get(name)) ?? inTexts(texts, name);
      if (value !== null) return value;
    }
    return null;
  };
}

/** Larger numbers are typing errors, or mean “no limit”. */
const settingMax = 100_000;

function positiveInteger(text: string | null | undefined): number | null {
  if (!text || !/^\s*\d{1,6}\s*$/.test(text)) return null;
  const value = Number(text);
  return value >= 1 && value <= settingMax ? value : null;
}

function inTexts(texts: readonly string[], name: string): number | null {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = name.startsWith('-')
    ? new RegExp(`(?:^|\\s)${escaped}[=\\s]+(\\d{1,6})(?!\\S)`)
    : new RegExp(`(?:^|[\\s"'D-])${escaped}\\s*=\\s*["']?(\\d{1,6})(?![\\d.])`, 'm');
  for (const text of texts) {
    const value = positiveInteger(pattern.exec(text)?.[1]);
    if (value !== null) return value;
  }
  return null;
}
