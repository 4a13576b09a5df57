/** Fidelity: no mechanism; objects and words for tests of validation. */
import type { KubeObject } from '../../objects/meta.ts';
import { type ResourceType, typeOfKind } from '../../objects/resource-types.ts';
import { withDefaults } from '../defaults/defaults.ts';
import { validate } from './validation.ts';

function made(apiVersion: string, kind: string, rest: object): readonly [ResourceType, KubeObject] {
  const type = typeOfKind(apiVersion, kind)!;
  const metadata = { name: 'x', ...(type.namespaced ? { namespace: 'default' } : {}) };
  return [type, withDefaults(type, { apiVersion, kind, metadata, ...rest } as never)];
}

export function problemsOf(
  apiVersion: string,
  kind: string,
  now: object,
  before?: object,
): readonly string[] {
  const [type, object] = made(apiVersion, kind, now);
  const old = before === undefined ? null : made(apiVersion, kind, before)[1];
  return validate(type, object, old).map(({ field, message }) => `${field}: ${message}`);
}

export const labels = { app: 'web' };
export const selector = { matchLabels: labels };
export const container = { name: 'a', image: 'a:1' };
export const template = { metadata: { labels }, spec: { containers: [container] } };
export const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
export const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
export const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
export const name =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

export function pod(spec: object): object {
  return { spec: { containers: [container], ...spec } };
}

export function podWith(more: object): object {
  return { spec: { containers: [{ ...container, ...more }] } };
}
