/**
 * Fidelity: `labelSelector` and `fieldSelector` of requests as the API server reads them, with its messages (apimachinery labels
 * and fields, 1.32), and the fields that each resource can be selected by. Simplified: character offsets in messages are
 * left out where upstream gives them.
 */
import type { KubeObject, Labels } from '../objects/meta.ts';
import { type ResourceType, resourceName } from '../objects/resource-types.ts';
import { done, type Outcome, refuse } from '../store/failure.ts';
import { isDns1123Subdomain, labelKeyErrors, labelValueErrors } from './validation/names.ts';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent' | 'gt' | 'lt';
  readonly values: readonly string[];
}

/** All requirements must hold. */
export type LabelQuery = readonly LabelRequirement[];

const operators: ReadonlyMap<string, LabelRequirement['operator']> = new Map([
  ['=', 'in'],
  ['==', 'in'],
  ['in', 'in'],
  ['!=', 'notin'],
  ['notin', 'notin'],
  ['>', 'gt'],
  ['<', 'lt'],
]);

class Unreadable extends Error {
  readonly inRequirement: boolean;

  constructor(message: string, inRequirement = true) {
    super(message);
    this.inRequirement = inRequirement;
  }
}

/** Reads `app=web,tier in (a,b),!canary`; an empty text selects everything. Refuses with `BadRequest`. */
export function parseLabelSelector(text: string): Outcome<LabelQuery> {
  try {
    return done(new LabelParser(text).requirements());
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const where = error.inRequirement ? 'unable to parse requirement: ' : '';
    return refuse('BadRequest', `${where}${error.message}`);
  }
}

/** Whether an object with these labels is selected. */
export function matchesLabels(query: LabelQuery, labels: Labels | undefined): boolean {
  return query.every(({ key, operator, values }) => {
    const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case 'in':
        return value !== undefined && values.includes(value);
      case 'notin':
        return value === undefined || !values.includes(value);
      case 'exists':
        return value !== undefined;
      case 'absent':
        return value === undefined;
      default:
        return value !== undefined && /^[+-]?\d+$/.test(value) && isBeyond(operator, value, values[0]);
    }
  });
}

function isBeyond(operator: 'gt' | 'lt', value: string, bound: string): boolean {
  return operator === 'gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
}

class LabelParser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = text.match(/==|!=|[=<>!(),]|[^\s=<>!(),]+/g) ?? [];
  }

  requirements(): LabelQuery {
    const found: LabelRequirement[] = [];
    if (this.#tokens.length === 0) return found;
    for (;;) {
      found.push(this.#requirement());
      const token = this.#next();
      if (token === '') return found;
      if (token !== ',') throw new Unreadable(`found '${token}', expected: ',' or 'end of string'`, false);
      if (this.#peek() === '' || this.#peek() === ',')
        throw new Unreadable(`found '${this.#peek()}', expected: identifier after ','`, false);
    }
  }

  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? '';
  }

  #requirement(): LabelRequirement {
    const isNegated = this.#peek() === '!';
    if (isNegated) this.#at++;
    const key = this.#key();
    const next = this.#peek();
    if (isNegated || next === '' || next === ',')
      return { key, operator: isNegated ? 'absent' : 'exists', values: [] };
    const operator = operators.get(this.#next());
    if (operator === undefined) throw new Unreadable(`found '${next}', expected: in, notin, =, ==, !=, >, <`);
    const values = next === 'in' || next === 'notin' ? this.#values() : [this.#exactValue()];
    return checked({ key, operator, values: [...new Set(values)].sort() });
  }

  #key(): string {
    const token = this.#next();
    if (token === '' || isSign(token))
      throw new Unreadable(`found '${token}', expected: !, identifier, or 'end of string'`, false);
    const errors = labelKeyErrors(token);
    if (errors.length > 0)
      throw new Unreadable(`<nil>: Invalid value: ${JSON.stringify(token)}: ${errors.join('; ')}`);
    return token;
  }

  #exactValue(): string {
    const token = this.#peek();
    if (token === '' || token === ',') return '';
    if (isSign(token)) throw new Unreadable(`found '${token}', expected: identifier`);
    return this.#next();
  }

  #values(): readonly string[] {
    if (this.#next() !== '(')
      throw new Unreadable(`found '${this.#tokens[this.#at - 1] ?? ''}' expected: '('`);
    const first = this.#peek();
    if (first === '' || (isSign(first) && first !== ',' && first !== ')'))
      throw new Unreadable(`found '${first}', expected: ',', ')' or identifier`);
    if (first !== ')') return this.#listedValues();
    this.#at++;
    return [''];
  }

  /** A comma at either end stands for the empty value, and so do two of them. */
  #listedValues(): readonly string[] {
    const values: string[] = [];
    for (let token = this.#next(); token !== ')'; token = this.#next()) {
      const next = this.#peek();
      if (token === ',') {
        if (values.length === 0 || next === ')' || next === ',') values.push('');
        if (next === ',') this.#at++;
      } else if (token === '' || isSign(token))
        throw new Unreadable(`found '${token}', expected: ',', or identifier`);
      else if (next === ',' || next === ')') values.push(token);
      else throw new Unreadable(`found '${next}', expected: ',' or ')'`);
    }
    return values;
  }
}

function isSign(token: string): boolean {
  return operators.has(token) && !/^[a-z]/.test(token) ? true : /^[!(),]$/.test(token);
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const { key, operator, values } = requirement;
  if ((operator === 'gt' || operator === 'lt') && !/^[+-]?\d+$/.test(values[0]))
    throw new Unreadable(
      `values[0]: Invalid value: ${JSON.stringify(values[0])}: for 'Gt', 'Lt' operators, the value must be an integer`,
    );
  for (const [at, value] of values.entries()) {
    const errors = labelValueErrors(value);
    if (errors.length > 0)
      throw new Unreadable(
        `values[${at}][${key}]: Invalid value: ${JSON.stringify(value)}: ${errors.join('; ')}`,
      );
  }
  return requirement;
}

export interface FieldRequirement {
  readonly field: string;
  readonly value: string;
  readonly isEqual: boolean;
}

export type FieldQuery = readonly FieldRequirement[];

const metadataFields = ['metadata.name', 'metadata.namespace'];
const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Fields by resource beyond name and namespace; for each how its text is found. */
const selectableFields: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  events: [
    ...involved.map((name) => `involvedObject.${name}`),
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.events.k8s.io': [
    ...involved.map((name) => `regarding.${name}`),
    'reason',
    'reportingController',
    'type',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase', 'name'],
  services: ['spec.clusterIP', 'spec.type'],
  replicationcontrollers: ['status.replicas'],
  secrets: ['type'],
  'jobs.batch': ['status.successful'],
  'statefulsets.apps': ['status.successful'],
};

/** What is absent counts as these. */
const absentValues: Readonly<Record<string, string>> = {
  'spec.hostNetwork': 'false',
  'spec.unschedulable': 'false',
  'status.successful': '0',
  'status.replicas': '0',
};

const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'status.successful': ['status', 'succeeded'],
  name: ['metadata', 'name'],
};

/** Reads `status.phase!=Running,spec.nodeName=n1`. `extra`: JSON paths that a custom resource
 * adds, without the first dot; null for built-in types. */
export function parseFieldSelector(
  text: string,
  type: Pick<ResourceType, 'group' | 'version' | 'kind' | 'plural'>,
  extra: readonly string[] | null = null,
): Outcome<FieldQuery> {
  const known = new Set([
    ...metadataFields,
    ...(selectableFields[resourceName(type)] ?? []),
    ...(extra ?? []),
  ]);
  const query: FieldRequirement[] = [];
  for (const term of splitTerms(text)) {
    const requirement = fieldRequirement(term);
    if (requirement === null)
      return refuse('BadRequest', `invalid selector: '${text}'; can't understand '${term}'`);
    if (typeof requirement === 'string') return refuse('BadRequest', requirement);
    if (!known.has(requirement.field)) return unknownField(requirement.field, type, extra !== null);
    query.push(requirement);
  }
  return done(query);
}

const coreKinds = new Set([
  'Pod',
  'Node',
  'Event',
  'Namespace',
  'Secret',
  'Service',
  'ReplicationController',
]);

function unknownField(
  field: string,
  { group, kind }: Pick<ResourceType, 'group' | 'kind'>,
  isCustom: boolean,
) {
  const quoted = JSON.stringify(field);
  if (isCustom || (group === '' && coreKinds.has(kind)))
    return refuse('BadRequest', `field label not supported: ${field}`);
  if (kind === 'Job') return refuse('BadRequest', `field label ${quoted} not supported for Job`);
  if (kind === 'StatefulSet')
    return refuse('BadRequest', `field label not supported for appsv1.StatefulSet: ${field}`);
  return refuse(
    'BadRequest',
    `${quoted} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}

/** Terms between commas; a backslash keeps the next character. */
function splitTerms(text: string): readonly string[] {
  return text.match(/(?:[^,\\]|\\.|\\$)+/gs) ?? [];
}

/** Null: it has no operator; a text: what is wrong with its value. */
function fieldRequirement(term: string): FieldRequirement | string | null {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
  if (match === null) return null;
  const [, field, operator, written] = match;
  const wrong = /\\(?![\\,=])[\s\S]?|[,=]/u.exec(written.replace(/\\[\\,=]/g, ''));
  if (wrong !== null)
    return wrong[0].startsWith('\\')
      ? `invalid field selector: invalid escape sequence: ${wrong[0]}`
      : `invalid field selector: unescaped character in value: ${wrong[0].charCodeAt(0)}`;
  return { field, value: written.replace(/\\(.)/g, '$1'), isEqual: operator !== '!=' };
}

/** Whether an object is selected. */
export function matchesFields(query: FieldQuery, object: KubeObject): boolean {
  return query.every(({ field, value, isEqual }) => (fieldText(object, field) === value) === isEqual);
}

function fieldText(object: KubeObject, field: string): string {
  let part: unknown = object;
  for (const name of elsewhere[field] ?? field.split('.'))
    part =
      typeof part === 'object' && part !== null && Object.hasOwn(part, name)
        ? (part as Labels)[name]
        : undefined;
  if (field === 'source') part = (part as { component?: string } | undefined)?.component;
  return part === undefined || part === null ? (absentValues[field] ?? '') : String(part);
}

/** The one name that the query asks for, so that it can be looked up; null: it does not say. */
export function nameOf(query: FieldQuery): string | null {
  const found = query.find(({ field, isEqual }) => field === 'metadata.name' && isEqual);
  return found !== undefined && isDns1123Subdomain(found.value) ? found.value : null;
}
