import messages from './messages.json' with { type: 'json' };
import { ProtobufError, smallFields, Wire } from './wire.ts';

/**
 * Fidelity: bodies in `application/vnd.kubernetes.protobuf`, which kubectl sends for typed requests since 1.32 (apimachinery
 * runtime/serializer/protobuf): `k8s\0`, an envelope that names apiVersion and kind, the message. Field numbers are those of
 * the Kubernetes 1.32 API (© The Kubernetes Authors, Apache-2.0). Go writes fields that are no pointers even when they are
 * empty: those are left out here, as its JSON does.
 */

type Fields = Readonly<Record<string, string>>;
const table = messages as Readonly<Record<string, Fields>>;
const magic = [0x6b, 0x38, 0x73, 0x00];
/** Deeper than any message of these kinds. */
const depthMax = 64;

/** Pointers in Go: a zero says something. */
const pointers: ReadonlySet<string> = new Set([
  ...[
    'replicas',
    'minReplicas',
    'parallelism',
    'completions',
    'backoffLimit',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ],
  ...[
    'gracePeriodSeconds',
    'terminationGracePeriodSeconds',
    'activeDeadlineSeconds',
    'ttlSecondsAfterFinished',
  ],
  ...['startingDeadlineSeconds', 'progressDeadlineSeconds', 'tolerationSeconds', 'expirationSeconds'],
  ...[
    'stabilizationWindowSeconds',
    'successfulJobsHistoryLimit',
    'failedJobsHistoryLimit',
    'revisionHistoryLimit',
  ],
  ...[
    'partition',
    'averageUtilization',
    'targetCPUUtilizationPercentage',
    'priority',
    'value',
    'defaultMode',
    'mode',
  ],
  ...['runAsUser', 'runAsGroup', 'fsGroup', 'runAsNonRoot', 'privileged', 'allowPrivilegeEscalation'],
  ...[
    'readOnlyRootFilesystem',
    'automountServiceAccountToken',
    'enableServiceLinks',
    'shareProcessNamespace',
  ],
  ...[
    'orphanDependents',
    'suspend',
    'optional',
    'controller',
    'blockOwnerDeletion',
    'immutable',
    'manualSelector',
  ],
  ...[
    'storageClassName',
    'ingressClassName',
    'allowVolumeExpansion',
    'maxSurge',
    'maxUnavailable',
    'minAvailable',
  ],
]);

/** Structs that Go's JSON lays out within their parent. */
const inline: ReadonlySet<string> = new Set([
  ...['volumeSource', 'persistentVolumeSource', 'handler', 'ephemeralContainerCommon', 'ingressRuleValue'],
  'localObjectReference',
]);

const packages: Readonly<Record<string, string>> = { '': 'core', 'rbac.authorization.k8s.io': 'rbac' };
const wireTypes: Readonly<Record<string, number>> = { int: 0, bool: 0, double: 1 };

/** Whether a body begins as Kubernetes' protobuf does. */
export function isProtobuf(body: Uint8Array): boolean {
  return magic.every((byte, at) => body[at] === byte);
}

/** The object that a body holds, as its JSON would have been. Throws ProtobufError for what can't be read. */
export function decodeProtobuf(body: Uint8Array): unknown {
  if (!isProtobuf(body)) throw new ProtobufError('the body does not begin with k8s\\0');
  const envelope = message('runtime.Unknown', body.subarray(magic.length), 0) as {
    readonly typeMeta?: { readonly apiVersion?: string; readonly kind?: string };
    readonly raw?: Uint8Array;
  };
  const { apiVersion = '', kind = '' } = envelope.typeMeta ?? {};
  const type = typeNamed(apiVersion, kind);
  if (type === null) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { apiVersion, kind, ...message(type, envelope.raw ?? new Uint8Array(), 0) };
}

function typeNamed(apiVersion: string, kind: string): string | null {
  if (kind === 'DeleteOptions') return 'meta.v1.DeleteOptions';
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const name = `${packages[group] ?? group.split('.')[0]}.${apiVersion.slice(slash + 1)}.${kind}`;
  return Object.hasOwn(table, name) ? name : null;
}

type Members = Record<string, unknown>;

function message(type: string, bytes: Uint8Array, depth: number): Members {
  if (depth > depthMax) throw new ProtobufError('messages are nested too deeply');
  const fields = table[type]!;
  const wire = new Wire(bytes);
  const made: Members = {};
  while (!wire.done) {
    const key = wire.integer();
    const field = fields[String(key >>> 3)];
    if (field === undefined) wire.skip(key & 7);
    else readField(made, field, wire, key & 7, depth);
  }
  return made;
}

function readField(made: Members, field: string, wire: Wire, wireType: number, depth: number): void {
  const space = field.indexOf(' ');
  const name = field.slice(0, space);
  const type = field.slice(space + 1);
  if (type.endsWith('{}')) {
    made[name] = { ...(made[name] as Members | undefined), ...entry(type.slice(0, -2), wire.chunk(), depth) };
  } else if (type.endsWith('[]')) {
    const items = (made[name] ??= []) as unknown[];
    items.push(read(type.slice(0, -2), wire, wireType, depth));
  } else {
    const value = read(type, wire, wireType, depth);
    if (inline.has(name)) Object.assign(made, value);
    else if (isStated(name, value)) made[name] = value;
  }
}

/** Whether Go's JSON would have it. */
function isStated(name: string, value: unknown): boolean {
  if (value === null) return false;
  return pointers.has(name) || (value !== '' && value !== 0 && value !== false);
}

/** One pair of a map. */
function entry(type: string, bytes: Uint8Array, depth: number): Members {
  const wire = new Wire(bytes);
  let name = '';
  let value: unknown = type === 'string' || type === 'bytes' ? '' : {};
  while (!wire.done) {
    const key = wire.integer();
    if (key >>> 3 === 1) name = wire.text();
    else if (key >>> 3 === 2) value = read(type, wire, key & 7, depth);
    else wire.skip(key & 7);
  }
  // Entries are defined and not assigned, so that no name means more than itself.
  return Object.fromEntries([[name, value]]);
}

function read(type: string, wire: Wire, wireType: number, depth: number): unknown {
  if (wireType !== (wireTypes[type] ?? 2)) throw new ProtobufError(`a ${type} has wire type ${wireType}`);
  switch (type) {
    case 'int':
      return wire.integer();
    case 'bool':
      return wire.integer() !== 0;
    case 'double':
      return wire.double();
    case 'string':
      return wire.text();
    case 'chunk':
      return wire.chunk();
    case 'bytes':
      return Buffer.from(wire.chunk()).toString('base64');
    default:
      return composite(type, wire.chunk(), depth);
  }
}

/** Messages, some of which JSON writes as something simpler. */
function composite(type: string, bytes: Uint8Array, depth: number): unknown {
  const small = () => new Map(smallFields(bytes));
  switch (type) {
    case 'quantity':
      return small().get(1) ?? '0';
    case 'intOrString': {
      const fields = small();
      return fields.get(1) === 1 ? (fields.get(3) ?? '') : (fields.get(2) ?? 0);
    }
    case 'time':
      return instant(small());
    case 'duration':
      return `${Number(small().get(1) ?? 0) / 1e9}s`;
    case 'strings':
      return smallFields(bytes).map(([, value]) => value);
    case 'raw': {
      const raw = small().get(1);
      return raw === undefined ? {} : parsed(String(raw));
    }
    default:
      return message(type, bytes, depth + 1);
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new ProtobufError('a raw value is not JSON');
  }
}

/** Null for Go's zero time, and for times beyond all calendars. */
function instant(fields: ReadonlyMap<number, string | number>): string | null {
  const seconds = Number(fields.get(1) ?? 0);
  if (seconds === 0 || !Number.isFinite(seconds) || Math.abs(seconds) > 8e12) return null;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  const nanos = Number(fields.get(2) ?? 0);
  return nanos === 0 ? `${whole}Z` : `${whole}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
}
