import type { Container } from '../cluster/manifest.ts';
import { infrastructurePresets } from './infrastructure.ts';
import { platformPresets, unknownPreset } from './platforms.ts';
import type { Preset } from './preset.ts';

/**
 * Fidelity: image references as the OCI distribution specification writes them ([registry[:port]/]path[:tag][@digest]).
 * What software an image holds is guessed from the last part of its path, the command, the environment and the ports, in
 * that order; a tag is ignored, since it names a version.
 */

/** The preset chosen for a container and the fact that decided, e.g. `image postgres:16 is PostgreSQL`. */
export interface Recognition {
  readonly preset: Preset;
  readonly reason: string;
}

/** The last part of an image's path, lower case, without registry, tag and digest: `shop-api`. */
export function imageName(image: string): string {
  const path = image.split('@')[0].split('/').pop() ?? '';
  return path.split(':')[0].toLowerCase();
}

/** Who publishes an image: what stands between the registry and the name, lower case. */
function ownerOf(image: string): string {
  const parts = image.split('@')[0].toLowerCase().split('/').slice(0, -1);
  return (/[.:]/.test(parts[0] ?? '') ? parts.slice(1) : parts).join('/');
}

function wordsOf(name: string): string[] {
  return name.split(/[^a-z0-9]+/).filter((word) => word !== '');
}

/** Words after a product's name that mean a program which merely uses the product. */
const userWords = new Set([
  'admin',
  'api',
  'app',
  'backup',
  'bridge',
  'cli',
  'client',
  'commander',
  'connect',
  'connector',
  'console',
  'consumer',
  'controller',
  'express',
  'gateway',
  'init',
  'insight',
  'job',
  'migrate',
  'migration',
  'migrations',
  'operator',
  'producer',
  'rest',
  'service',
  'svc',
  'ui',
  'web',
  'worker',
]);

/** Decides what runs in `container`; `environment` are the names of its variables. */
export function recognise(container: Container, environment: Iterable<string>): Recognition {
  const image = container.image ?? '';
  const words = wordsOf(imageName(image));
  return (
    byProduct(words, image) ??
    byProgram(container) ??
    byPlatformWord(words, image) ??
    byEnvironment(new Set(environment)) ??
    byPort(container) ?? {
      preset: unknownPreset,
      reason: image === '' ? 'the container names no image' : `image ${image} is not known`,
    }
  );
}

function because(preset: Preset, fact: string): Recognition {
  return { preset, reason: `${fact} → ${preset.title}` };
}

function byProduct(words: readonly string[], image: string): Recognition | null {
  const watcher = infrastructurePresets.find((preset) => preset.name === 'telemetry');
  const owner = wordsOf(ownerOf(image));
  if (watcher && [...owner, ...words].some((word) => watcher.images.includes(word)))
    return because(watcher, `image ${image}`);
  if (words.slice(1).some((word) => userWords.has(word))) return null;
  const pooler = infrastructurePresets.find(
    (preset) => preset.role === 'proxy' && words.some((word) => preset.images.includes(word)),
  );
  if (pooler) return because(pooler, `image ${image}`);
  const named = (word: string): Preset | undefined =>
    infrastructurePresets.find((preset) => preset.images.includes(word));
  // `cp-kafka` is Kafka as somebody packs it; `php-redis` is PHP with a client.
  const platform = words.some((word) => platformPresets.some((preset) => preset.images.includes(word)));
  const product = named(words[0]) ?? (platform ? undefined : named(words[words.length - 1]));
  return product ? because(product, `image ${image}`) : null;
}

/** Programs that start another one, which is the one that counts. */
const launchers = /^(?:(?:ba|da|a)?sh|exec|env|tini|dumb-init|sudo|nohup|-\w+|--|[A-Z_][A-Z0-9_]*=.*)$/;

function byProgram(container: Container): Recognition | null {
  const line = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  const all = [...platformPresets, ...infrastructurePresets];
  // A worker class decides more than the server's name: `gunicorn -k uvicorn.workers.UvicornWorker`.
  const asynchronous = /uvicorn\.workers/.test(line)
    ? all.find((preset) => preset.name === 'uvicorn')
    : undefined;
  if (asynchronous) return because(asynchronous, 'command runs uvicorn workers');
  for (const clause of line.split(/&&|\|\||[;|\n]/)) {
    const program = clause
      .trim()
      .split(/\s+/)
      .find((token) => token !== '' && !launchers.test(token.split('/').pop()!));
    const name = program?.split('/').pop();
    const preset = all.find((candidate) => name !== undefined && candidate.programs.includes(name));
    if (preset) return because(preset, `command ${name}`);
  }
  return null;
}

function byPlatformWord(words: readonly string[], image: string): Recognition | null {
  for (const preset of platformPresets) {
    if (words.some((word) => preset.images.includes(word))) return because(preset, `image ${image}`);
  }
  return null;
}

function byEnvironment(names: ReadonlySet<string>): Recognition | null {
  for (const preset of platformPresets) {
    const name = preset.environment.find((variable) => names.has(variable));
    if (name !== undefined) return because(preset, `environment variable ${name}`);
  }
  return null;
}

function byPort(container: Container): Recognition | null {
  for (const port of container.ports ?? []) {
    const preset = infrastructurePresets.find((candidate) => candidate.ports.includes(port.containerPort));
    if (preset) return because(preset, `container port ${port.containerPort}`);
  }
  return null;
}

const sidecarWords = new Set([
  'istio',
  'linkerd',
  'exporter',
  'fluent',
  'fluentbit',
  'vault',
  'otel',
  'collector',
  'cloudsql',
  'datadog',
  'sidecar',
  'reloader',
  'filebeat',
  'promtail',
  'oauth2',
  'dapr',
  'daprd',
  'proxyv2',
]);

/** Whether a container serves the pod rather than its users: service mesh proxies, exporters, log shippers, agents. */
export function isSidecar(container: Container): boolean {
  const words = [...wordsOf(imageName(container.image ?? '')), ...wordsOf(container.name.toLowerCase())];
  return words.some((word) => sidecarWords.has(word)) || /cloud-?sql-proxy/.test(container.image ?? '');
}
