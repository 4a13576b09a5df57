import type { Diagnostics } from '../base/diagnostics.ts';
import { copyOf, type Draft, type Identity, isObject } from './draft.ts';
import type { Identified } from './identify.ts';
import type { Kind } from './kind.ts';
import { dnsLabel, dnsLabelWithLetter, dnsSubdomain } from './kubernetes/names.ts';
import { metadataSchema } from './kubernetes/schema.ts';
import { limits } from './limits.ts';
import type { Lost } from './lost.ts';
import { keyPositionOf, type Path, type Place, pathText, placeAt, positionOf } from './place.ts';
import { isInDoubt, type Resource, resourceId, workloadKinds } from './resource.ts';
import { asSchema } from './schema.ts';
import { type Mended, mend } from './stand-in.ts';
import { type Issue, validate } from './validate.ts';

/** A document after validation. */
export interface Validated {
  /** Null when the document has no name that could tell it from others. */
  readonly resource: Resource | null;
  /** The same without the parts that have the wrong shape, for the rules. */
  readonly pruned: Resource | null;
  /** It can be compiled: it has the shape that its kind asks for, or something stands in for what has not. */
  readonly usable: boolean;
  /** Null when nothing hangs in doubt but what `resource` says; else what is known of it all the same. */
  readonly lost: Lost | null;
}

/** Compares a document with its kind's schema and reports all that is wrong. */
export function validateResource(
  { draft, kind, identity, mistaken }: Identified,
  context: { diagnostics: Diagnostics; strict: boolean },
): Validated {
  const value = cleaned(draft.value, kind);
  const schema = asSchema(kind.schema);
  const ofShape = validate(value, schema, { throughMisspelt: kind.own });
  const issues = [...ofShape, ...metadataIssues(value, kind)];
  const namespace = kind.namespaced ? identity.namespace : 'default';
  const id = resourceId(identity.kind, namespace, identity.name || '(unnamed)');
  const faults = distinct(issues);
  report(faults, { place: draft.place, id, lenient: !kind.own && !context.strict }, context.diagnostics);
  const resource = (of: unknown, doubts?: readonly Path[]): Resource => ({
    apiVersion: identity.apiVersion,
    kind: identity.kind,
    namespace,
    name: identity.name || nameOf(of),
    id,
    value: freeze(of),
    at: (path = []) => positionOf(draft.place, path),
    ...(doubts === undefined ? {} : { doubts }),
  });
  const known = (of: Resource) => (identity.name === '' ? null : of);
  const blemished = issues.some((issue) => isFault(issue) || kind.own);
  if (!blemished && draft.flawed === undefined && !mistaken)
    return { resource: known(resource(value)), pruned: known(resource(value)), usable: true, lost: null };
  const mended = draft.flawed === undefined ? mendedOf(value, kind, issues) : null;
  if (mended === null) {
    const pruned = resource(blemished ? prune(value, issues) : value);
    const lost = lostAs(identity, draft, issues);
    return { resource: known(resource(value)), pruned: known(pruned), usable: false, lost };
  }
  for (const { path, meant } of mended.renamed) alias(draft.place, path, meant);
  const whole = resource(mended.value, mended.doubts);
  const lost = lostAs(identity, draft, issues);
  // Others hang on whose model it is, and on its name.
  const adrift = kind.kind === 'ServiceModel' && isInDoubt(whole, ['spec', 'for']);
  const unknown = adrift || lost.name === null ? { ...lost, present: true } : null;
  return { resource: whole, pruned: whole, usable: true, lost: unknown };
}

/** What keeps a document from being what its kind asks for. Fields that nobody knows are left alone, if nothing is missing. */
function isFault({ code, required }: Issue): boolean {
  return code !== 'unknown-field' || required === true;
}

/**
 * The document as compilers can take it, where the fault does not touch what other documents hang on: any of the
 * project's own, and workloads whose pods stay who they are.
 */
function mendedOf(value: Record<string, unknown>, kind: Kind, issues: readonly Issue[]): Mended | null {
  const faults = issues.filter(isFault);
  const harmless = faults.every(({ path }) =>
    kind.own ? path[0] !== 'metadata' || path[1] === 'name' || path[1] === 'labels' : isApart(path, kind),
  );
  const nameless = isObject(value['metadata']) || value['metadata'] === undefined;
  if (!harmless || !nameless) return null;
  // A name of the wrong form is still the one that messages and references use.
  const shape = issues.filter(({ code }) => code !== 'bad-name');
  return mend(value, asSchema(kind.schema), { issues: shape, owner: nameOf(value) });
}

function isApart(path: Path, { kind }: Kind): boolean {
  const field = path.find((key) => typeof key === 'string' && !framing.has(key));
  if (kind === 'SLO') return path[0] === 'spec' && field !== undefined && sloDetails.has(String(field));
  // The strategy of a Rollout names Services.
  if (kind === 'Rollout' && field === 'strategy') return false;
  return workloadKinds.includes(kind) && path[0] === 'spec' && details.has(String(field));
}

const framing: ReadonlySet<string> = new Set(['spec', 'template', 'containers']);
const sloDetails: ReadonlySet<string> = new Set([
  'description',
  'service',
  'timeWindow',
  'budgetingMethod',
  'objectives',
  'alertPolicies',
]);
/** Fields of workloads and containers that say how much and how, not who answers to which name. */
const details: ReadonlySet<string> = new Set([
  'replicas',
  'resources',
  'strategy',
  'updateStrategy',
  'podManagementPolicy',
  'minReadySeconds',
  'revisionHistoryLimit',
  'progressDeadlineSeconds',
  'terminationGracePeriodSeconds',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'imagePullPolicy',
  'securityContext',
  'volumeMounts',
]);

/** Of a mended document without a name of its own. */
function nameOf(value: unknown): string {
  const metadata = isObject(value) ? value['metadata'] : null;
  const name = isObject(metadata) ? metadata['name'] : null;
  return typeof name === 'string' ? name : '';
}

/** What was written under a misspelt name is found under the right one. */
function alias(root: Place, path: Path, meant: string): void {
  const { place, whole } = placeAt(root, path.slice(0, -1));
  const written = whole ? place.children?.get(path.at(-1)!) : undefined;
  if (written !== undefined) place.children!.set(meant, written);
}

/** A name that is at fault is not the name that the document will have. */
function lostAs({ kind, name }: Identity, { flawed }: Draft, issues: readonly Issue[]): Lost {
  if (flawed !== undefined) return { kind: null, name: null, text: flawed };
  const atFault = issues.some(({ path: [first, second] }) => first === 'metadata' && second === 'name');
  return { kind, name: name === '' || atFault ? null : name };
}

/**
 * The document without what the control plane adds: its status, and the nulls that Kubernetes reads as nothing
 * said. In the project's own kinds an empty field is a mistake worth telling. Of a Node, the status says how large it is.
 */
function cleaned(value: Readonly<Record<string, unknown>>, { own, kind }: Kind): Record<string, unknown> {
  const { status: _status, ...rest } = value;
  const kept = kind === 'Node' ? value : rest;
  return (own ? copyOf(kept) : withoutNulls(kept)) as Record<string, unknown>;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

/** What is wrong with the metadata of any object, after Kubernetes. */
function metadataIssues(value: Readonly<Record<string, unknown>>, of: Kind): Issue[] {
  const { kind } = of;
  const metadata = value['metadata'];
  if (metadata !== undefined && !isObject(metadata))
    return [{ code: 'wrong-type', message: 'metadata must be an object.', path: ['metadata'] }];
  const given = metadata ?? {};
  // OpenSLO's metadata has fields of its own.
  const found = of.group === 'openslo' ? [] : validate(given, metadataSchema);
  const issues = found.map((issue) => ({ ...issue, path: ['metadata', ...issue.path] as Path }));
  const { name, namespace } = given;
  const form = kind === 'Service' ? dnsLabelWithLetter : kind === 'Namespace' ? dnsLabel : dnsSubdomain;
  if (name === undefined || name === null || name === '')
    issues.push({
      code: 'missing-field',
      message: 'The document has no metadata.name.',
      remedy: 'Add metadata.name.',
      path: ['metadata', 'name'],
    });
  else if (typeof name === 'string' && !namedFreely.has(kind) && !form.accepts(name))
    issues.push(badName(name, form, ['metadata', 'name']));
  if (typeof namespace === 'string' && !dnsLabel.accepts(namespace))
    issues.push(badName(namespace, dnsLabel, ['metadata', 'namespace']));
  return issues;
}

/** Kinds whose names may hold colons and capitals. */
const namedFreely = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

function badName(name: string, form: { words: string; remedy: string }, path: Path): Issue {
  const message = `"${name.slice(0, 80)}" is not ${form.words}.`;
  return { code: 'bad-name', message, remedy: form.remedy, path };
}

/** The schema and the rules of metadata may find the same; it is told once. */
function distinct(issues: readonly Issue[]): Issue[] {
  const seen = new Set<string>();
  return issues.filter((issue) => {
    const key = `${issue.code} ${JSON.stringify(issue.path)}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function report(
  issues: readonly Issue[],
  of: { place: Place; id: string; lenient: boolean },
  diagnostics: Diagnostics,
): void {
  for (const issue of issues.slice(0, limits.problems)) {
    const position =
      issue.onKey === true ? keyPositionOf(of.place, issue.path) : positionOf(of.place, issue.path);
    const where = {
      ...(issue.remedy === undefined ? {} : { remedy: issue.remedy }),
      resource: of.id,
      path: pathText(issue.path),
      position,
    };
    const warns = of.lenient && !isFault(issue);
    if (warns) diagnostics.warning(issue.code, issue.message, where);
    else diagnostics.error(issue.code, issue.message, where);
  }
  if (issues.length > limits.problems)
    diagnostics.error('too-many-problems', `${issues.length - limits.problems} more problems are left out.`, {
      resource: of.id,
      position: of.place.position(),
    });
}

/** Takes out the values at fault, so that what remains has the types its kind declares. */
function prune(value: Record<string, unknown>, issues: readonly Issue[]): Record<string, unknown> {
  const copy = copyOf(value);
  for (const { path } of issues) {
    let holder: unknown = copy;
    for (const key of path.slice(0, -1))
      holder = (holder as Record<string | number, unknown> | undefined)?.[key];
    const last = path.at(-1);
    if (last === undefined || typeof holder !== 'object' || holder === null) continue;
    // A hole in a list keeps the positions of the items after it.
    if (Array.isArray(holder)) holder[last as number] = undefined;
    else delete (holder as Record<string | number, unknown>)[last];
  }
  return copy;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) freeze(item);
  }
  return value;
}
