/**
 * Fidelity: how the API server decodes what clients send (sigs.k8s.io/json and the strict serializers, Kubernetes 1.32): unknown
 * and duplicate fields by `fieldValidation`, type errors in the decoder's words, quantities in canonical form, nulls and
 * empty optional lists and maps gone. Simplified: of the named string types of Go only the common ones are named in messages.
 */
import { goText, isObject, isTooDeep, type JsonObject, put } from '../patch/json.ts';
import { parseInstant } from '../store/clock.ts';
import { done, invalid, type Outcome, refuse } from '../store/failure.ts';
import type { Field, ObjectNode, ScalarType, SchemaNode } from './node.ts';
import { canonicalQuantity, quantityError } from './quantity-text.ts';

/** The query parameter of the same name; Strict where the client does not say, as kubectl sends it. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

export interface Decoded {
  /** As the server keeps it: without unknown fields. Shares what needed no change. */
  readonly object: JsonObject;
  /** Texts of `Warning` headers. */
  readonly warnings: readonly string[];
}

export interface DecodeRequest {
  readonly body: unknown;
  /** What the address takes. */
  readonly type: { readonly group: string; readonly version: string; readonly kind: string };
  readonly schema: ObjectNode;
  readonly validation: FieldValidation;
  /** Paths of members that the text of the body had twice, as `readJson` finds them. */
  readonly duplicates?: readonly string[];
  /** Custom resources: types are judged by validation, not by decoding. */
  readonly custom?: boolean;
}

/** Strict decoding stops counting at so many. */
const strictErrorsMax = 100;

/**
 * The object of a request's body. Refuses with `BadRequest`: another kind or version than the address takes, a value of a wrong
 * type, and under `Strict` unknown and duplicate fields, all of them at once.
 */
export function decodeObject(request: DecodeRequest): Outcome<Decoded> {
  const { body, type } = request;
  if (!isObject(body))
    return refuse(
      'BadRequest',
      `the object provided is unrecognized (must be of type ${type.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${goKind(body)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    );
  if (isTooDeep(body)) return refuse('BadRequest', 'json: exceeded max depth');
  const wanted = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const { apiVersion = wanted, kind = type.kind } = body;
  if (apiVersion !== wanted)
    return refuse(
      'BadRequest',
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${wanted})`,
    );
  const about = `${String(kind)} in version ${JSON.stringify(type.version)} cannot be handled as a ${type.kind}`;
  if (kind !== type.kind)
    return refuse('BadRequest', `${about}: no kind ${JSON.stringify(kind)} is expected at this address`);
  const reader = new Reader(decoderWords, request.custom === true);
  const object = reader.read(body, request.schema) as JsonObject;
  if (reader.error !== null) return refuse('BadRequest', `${about}: ${reader.error}`);
  return judged(request, reader.unknown, object, (text) =>
    refuse('BadRequest', `${about}: strict decoding error: ${text}`),
  );
}

/** As `decodeObject`, for what a strategic merge patch has made: refusals are `Invalid` at `patch`. */
export function decodePatched(
  request: Omit<DecodeRequest, 'body'> & { readonly object: JsonObject; readonly patch: unknown },
): Outcome<Decoded> {
  const refused = (text: string) =>
    invalid({ group: '', plural: '', kind: '' }, '', [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(goText(request.patch))}: ${text}`,
        field: 'patch',
      },
    ]);
  const reader = new Reader(converterWords, false);
  const object = reader.read(request.object, request.schema) as JsonObject;
  if (reader.error !== null) return refused(reader.error);
  return judged(request, reader.unknown, object, (text) => refused(`strict decoding error: ${text}`));
}

/**
 * An object that nobody has decoded yet, such as one from a manifest file, in the form in which the server would keep it; what
 * does not fit its type is left as it is.
 */
export function normalised(object: JsonObject, schema: ObjectNode): JsonObject {
  return new Reader(decoderWords, true).read(object, schema) as JsonObject;
}

function judged(
  { validation, duplicates = [] }: Pick<DecodeRequest, 'validation' | 'duplicates'>,
  unknown: readonly string[],
  object: JsonObject,
  refused: (text: string) => ReturnType<typeof refuse>,
): Outcome<Decoded> {
  const problems = [
    ...duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`),
    ...unknown.map((path) => `unknown field ${JSON.stringify(path)}`),
  ].slice(0, strictErrorsMax);
  if (problems.length === 0 || validation === 'Ignore') return done({ object, warnings: [] });
  return validation === 'Strict' ? refused(problems.join(', ')) : done({ object, warnings: problems });
}

function goKind(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** Where the reader is: the Go struct, and the names from the root to its field. */
interface Place {
  readonly struct: string;
  readonly names: readonly string[];
  readonly goType: string;
}

/** How type errors are worded. */
type Words = (value: unknown, place: Place) => string;

function decoderWords(value: unknown, { struct, names, goType }: Place): string {
  const exact = typeof value === 'number' && goType.startsWith('int') ? ` ${value}` : '';
  const into = names.length === 0 ? 'Go value' : `Go struct field ${struct}.${names.join('.')}`;
  return `json: cannot unmarshal ${goKind(value)}${exact} into ${into} of type ${goType}`;
}

function converterWords(value: unknown, { goType }: Place): string {
  if (typeof value === 'number' && goType === 'string')
    return `cannot convert ${Number.isInteger(value) ? 'int64' : 'float64'} to string`;
  const found = isObject(value) ? 'map' : Array.isArray(value) ? 'slice' : goKind(value);
  if (goType.startsWith('[]')) return `cannot restore slice from ${found}`;
  if (goType.startsWith('map[')) return `cannot restore map from ${found}`;
  return goType.includes('.') ? `cannot restore struct from: ${found}` : `unrecognized type: ${goType}`;
}

const goScalars: Readonly<Record<ScalarType, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  time: 'string',
  microTime: 'string',
  bytes: '[]uint8',
  intOrString: 'int32',
  quantity: 'string',
};

const namedStrings: Readonly<Record<string, string>> = {
  'PodSpec.restartPolicy': 'v1.RestartPolicy',
  'PodSpec.dnsPolicy': 'v1.DNSPolicy',
  'Container.imagePullPolicy': 'v1.PullPolicy',
  'Container.terminationMessagePolicy': 'v1.TerminationMessagePolicy',
  'ContainerPort.protocol': 'v1.Protocol',
  'ServicePort.protocol': 'v1.Protocol',
  'ServiceSpec.type': 'v1.ServiceType',
  'DeploymentStrategy.type': 'v1.DeploymentStrategyType',
  'Taint.effect': 'v1.TaintEffect',
  'Toleration.effect': 'v1.TaintEffect',
  'Toleration.operator': 'v1.TolerationOperator',
};

function goTypeOf(node: SchemaNode): string {
  switch (node.kind) {
    case 'scalar':
      return goScalars[node.type];
    case 'list':
      return `[]${goTypeOf(node.items)}`;
    case 'map':
      return node.values.kind === 'scalar' && node.values.type === 'quantity'
        ? 'v1.ResourceList'
        : `map[string]${goTypeOf(node.values)}`;
    case 'object':
      return `${/^v\d+\./.exec(node.key)?.[0] ?? 'v1.'}${node.name}`;
    case 'any':
      return 'interface {}';
  }
}

const int32Max = 2_147_483_647;

class Reader {
  /** Of the first value that does not fit. */
  error: string | null = null;
  readonly unknown: string[] = [];
  readonly #words: Words;
  readonly #lenient: boolean;

  constructor(words: Words, lenient: boolean) {
    this.#words = words;
    this.#lenient = lenient;
  }

  read(value: JsonObject, schema: ObjectNode): unknown {
    return this.#object(value, schema, '', []);
  }

  #node(value: unknown, node: SchemaNode, path: string, place: Place): unknown {
    switch (node.kind) {
      case 'any':
        return value;
      case 'object':
        return isObject(value) ? this.#object(value, node, path, place.names) : this.#misfit(value, place);
      case 'map':
        return isObject(value) ? this.#map(value, node.values, path, place) : this.#misfit(value, place);
      case 'list':
        return Array.isArray(value) ? this.#list(value, node.items, path, place) : this.#misfit(value, place);
      case 'scalar':
        return this.#scalar(value, node.type, place);
    }
  }

  #misfit(value: unknown, place: Place): unknown {
    if (!this.#lenient) this.error ??= this.#words(value, place);
    return value;
  }

  #object(value: JsonObject, node: ObjectNode, path: string, names: readonly string[]): unknown {
    const kept: Record<string, unknown> = {};
    let isSame = true;
    for (const key of Object.keys(value)) {
      const at = path === '' ? key : `${path}.${key}`;
      const field = node.fields.get(key);
      if (field === undefined) {
        if (node.preserve) put(kept, key, value[key]);
        else {
          this.unknown.push(at);
          isSame = false;
        }
        continue;
      }
      const part = this.#member(value[key], field, at, {
        struct: node.name,
        names: [...names, key],
        goType: namedStrings[`${node.name}.${key}`] ?? goTypeOf(field.node),
      });
      if (part === undefined) isSame = false;
      else {
        kept[key] = part;
        isSame &&= part === value[key];
      }
    }
    return isSame ? value : kept;
  }

  #member(value: unknown, field: Field, path: string, place: Place): unknown {
    if (value === null || value === undefined) return undefined;
    const part = this.#node(value, field.node, path, place);
    return !field.required && isEmpty(part, field.node) ? undefined : part;
  }

  #map(value: JsonObject, values: SchemaNode, path: string, place: Place): unknown {
    const kept: Record<string, unknown> = {};
    const inner = { ...place, goType: goTypeOf(values) };
    let isSame = true;
    for (const key of Object.keys(value)) {
      // Null is the zero value of the map's type.
      const part =
        value[key] === null && values.kind === 'scalar'
          ? values.type === 'string'
            ? ''
            : '0'
          : this.#node(value[key], values, `${path}.${key}`, inner);
      put(kept, key, part);
      isSame &&= part === value[key];
    }
    return isSame ? value : kept;
  }

  #list(value: readonly unknown[], items: SchemaNode, path: string, place: Place): unknown {
    const inner = { ...place, goType: goTypeOf(items) };
    const kept = value.map((item, at) =>
      item === null && items.kind === 'object' ? {} : this.#node(item, items, `${path}[${at}]`, inner),
    );
    return kept.some((item, at) => item !== value[at]) ? kept : value;
  }

  #scalar(value: unknown, type: ScalarType, place: Place): unknown {
    const found = typeof value;
    switch (type) {
      case 'boolean':
        return found === 'boolean' ? value : this.#misfit(value, place);
      case 'int32':
      case 'int64':
        return isInteger(value, type) ? value : this.#misfit(value, place);
      case 'double':
        return found === 'number' ? value : this.#misfit(value, place);
      case 'intOrString':
        if (found === 'string' || isInteger(value, 'int32')) return value;
        return this.#misfit(value, { ...place, names: [] });
      case 'quantity':
        return this.#quantity(value, place);
      default:
        return found === 'string' ? this.#text(value as string, type) : this.#misfit(value, place);
    }
  }

  #quantity(value: unknown, place: Place): unknown {
    if (typeof value !== 'string' && typeof value !== 'number') return this.#misfit(value, place);
    const canonical = canonicalQuantity(value);
    if (canonical === null && !this.#lenient) this.error ??= quantityError(String(value));
    return canonical ?? value;
  }

  #text(value: string, type: ScalarType): string {
    if (this.#lenient) return value;
    if ((type === 'time' || type === 'microTime') && value !== '' && parseInstant(value) === null) {
      const form = type === 'time' ? '2006-01-02T15:04:05Z07:00' : '2006-01-02T15:04:05.000000Z07:00';
      this.error ??= `parsing time ${JSON.stringify(value)} as ${JSON.stringify(form)}: cannot parse ${JSON.stringify(value)} as "2006"`;
    }
    if (type === 'bytes') {
      const at = base64Error(value);
      if (at >= 0) this.error ??= `illegal base64 data at input byte ${at}`;
    }
    return value;
  }
}

function isInteger(value: unknown, type: 'int32' | 'int64'): boolean {
  if (!Number.isInteger(value)) return false;
  return type === 'int64' || ((value as number) <= int32Max && (value as number) >= -int32Max - 1);
}

function isEmpty(value: unknown, node: SchemaNode): boolean {
  if (node.kind === 'list') return Array.isArray(value) && value.length === 0;
  return node.kind === 'map' && isObject(value) && Object.keys(value).length === 0;
}

/** Where a text stops being base64; -1: it is. */
function base64Error(text: string): number {
  const bad = text.replace(/=+$/, '').search(/[^A-Za-z0-9+/\r\n]/);
  if (bad >= 0) return bad;
  const packed = text.replace(/[\r\n]/g, '');
  if (packed.length % 4 === 0 && !/={3,}$/.test(packed)) return -1;
  return packed.length - (packed.length % 4);
}
