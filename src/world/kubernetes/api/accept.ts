/**
 * Fidelity: content negotiation of an API server (apiserver endpoints/handlers/negotiation, 1.32): the first of the client's
 * media types that can be served. Answers are JSON; objects may be asked for as tables or as their metadata alone.
 */

export type Form = 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

export interface Accepted {
  readonly form: Form;
  readonly version: string;
}

interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const plain: Accepted = { form: 'object', version: 'v1' };
const anything: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*']);
const forms: ReadonlySet<string> = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

export function mediaTypes(accept: string): readonly MediaType[] {
  return accept
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(mediaType);
}

function mediaType(part: string): MediaType {
  const [type, ...rest] = part.split(';').map((piece) => piece.trim());
  const pairs = rest.map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? ([pair, ''] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
  });
  return { type: type.toLowerCase(), parameters: new Map(pairs) };
}

/** What to answer in; null when nothing of what the client takes can be given (406). */
export function acceptedForm(accept: string): Accepted | null {
  const types = mediaTypes(accept);
  if (types.length === 0) return plain;
  for (const { type, parameters } of types) {
    if (!anything.has(type)) continue;
    const as = parameters.get('as');
    if (as === undefined) return plain;
    const version = parameters.get('v') ?? 'v1';
    if (forms.has(as) && parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1'))
      return { form: as as Form, version };
  }
  return null;
}

export type DiscoveryForm = 'v2' | 'v2beta1' | 'plain';

/** In which form discovery is wanted; null: in none that there is. */
export function discoveryForm(accept: string): DiscoveryForm | null {
  const types = mediaTypes(accept);
  if (types.length === 0) return 'plain';
  for (const { type, parameters } of types) {
    if (!anything.has(type)) continue;
    if (parameters.get('as') === undefined) return 'plain';
    const version = parameters.get('v');
    if (parameters.get('g') === 'apidiscovery.k8s.io' && (version === 'v2' || version === 'v2beta1'))
      return version;
  }
  return null;
}
