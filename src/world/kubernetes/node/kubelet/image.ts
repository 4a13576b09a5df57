/**
 * Fidelity: names of images as containerd 1.7 normalises them, pull policies as the API server defaults them and as the
 * kubelet's image manager (pkg/kubelet/images, 1.32) obeys them. Simplified: registries always answer and have every
 * image; an image whose size the model does not state has `defaultImageBytes`, and none shares layers with another.
 */
import { hashText } from '../../../../base/hash.ts';
import type { Container } from '../../objects/pod.ts';

/** 150 MB: between the compressed sizes of a distroless service and of a language's usual base image. */
export const defaultImageBytes = 150_000_000;

export type PullPolicy = 'Always' | 'IfNotPresent' | 'Never';

const normalNames = new Map<string, string>();
const namesKept = 10_000;

/** The full name: `nginx` is `docker.io/library/nginx:latest`. */
export function normalImageName(name: string): string {
  const known = normalNames.get(name);
  if (known !== undefined) return known;
  const normal = withTag(withRegistry(name));
  if (normalNames.size < namesKept) normalNames.set(name, normal);
  return normal;
}

function withRegistry(name: string): string {
  const slash = name.indexOf('/');
  if (slash < 0) return `docker.io/library/${name}`;
  const host = name.slice(0, slash);
  const isHost = host.includes('.') || host.includes(':') || host === 'localhost';
  return isHost ? name : `docker.io/${name}`;
}

function withTag(name: string): string {
  return tagOf(name) === null && !name.includes('@') ? `${name}:latest` : name;
}

/** What follows the last colon of the last part of the path; null: none. */
function tagOf(name: string): string | null {
  const plain = name.split('@')[0];
  const colon = plain.lastIndexOf(':');
  return colon > plain.lastIndexOf('/') ? plain.slice(colon + 1) : null;
}

const ids = new Map<string, string>();

/** A name with a digest, as `kubectl get -o yaml` shows it in `imageID`. */
export function imageId(name: string): string {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const id = computedId(name);
  if (ids.size < namesKept) ids.set(name, id);
  return id;
}

function computedId(name: string): string {
  const normal = normalImageName(name);
  if (normal.includes('@')) return normal;
  const repository = normal.slice(0, normal.lastIndexOf(':'));
  return `${repository}@sha256:${hashText(normal)}${hashText(`${normal} again`)}`;
}

/** `Always` for the tag `latest` or none, else `IfNotPresent`, unless the container says. */
export function pullPolicyOf({ image = '', imagePullPolicy }: Container): PullPolicy {
  if (imagePullPolicy !== undefined) return imagePullPolicy;
  if (image.includes('@')) return 'IfNotPresent';
  const tag = tagOf(image);
  return tag === null || tag === 'latest' ? 'Always' : 'IfNotPresent';
}
