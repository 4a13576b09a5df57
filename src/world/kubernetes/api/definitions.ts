/**
 * Fidelity: how a CustomResourceDefinition becomes resources (apiextensions-apiserver pkg/apiserver, 1.32): every version that is
 * served, under the names that the definition asks for. Simplified: versions differ in their apiVersion alone (conversion
 * strategy `None`); names are accepted at once.
 */
import type { KubeObject } from '../objects/meta.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-types.ts';
import type { Conversion, Served, Subresource } from './served-resource.ts';

interface Version {
  readonly name?: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly subresources?: { readonly status?: unknown; readonly scale?: NonNullable<ResourceType['scale']> };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
}

/** A column that a definition adds to tables. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

interface DefinitionSpec {
  readonly group?: string;
  readonly scope?: string;
  readonly names?: {
    readonly kind?: string;
    readonly plural?: string;
    readonly singular?: string;
    readonly shortNames?: readonly string[];
    readonly categories?: readonly string[];
  };
  readonly versions?: readonly Version[];
}

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const changes = ['get', 'patch', 'update'];
const known = new WeakMap<KubeObject, readonly Served[]>();

function specOf(definition: KubeObject): DefinitionSpec {
  return (definition.spec ?? {}) as DefinitionSpec;
}

/** The resources of a definition that has been validated, in the order of its versions. */
export function servedByDefinition(definition: KubeObject): readonly Served[] {
  let resources = known.get(definition);
  if (resources === undefined) {
    resources = (specOf(definition).versions ?? [])
      .filter((version) => version.served === true && version.name !== undefined)
      .map((version) => servedVersion(definition, version));
    known.set(definition, resources);
  }
  return resources;
}

function servedVersion(definition: KubeObject, version: Version): Served {
  const type = typeOf(definition, version);
  return {
    group: type.group,
    version: type.version,
    type,
    verbs,
    subresources: subresources(type),
    conversion: renamed(apiVersionOf(type)),
    definition,
  };
}

function typeOf(definition: KubeObject, version: Version): ResourceType {
  const { group = '', names = {}, scope } = specOf(definition);
  const { kind = '', plural = '' } = names;
  const { status, scale } = version.subresources ?? {};
  return {
    group,
    version: version.name ?? '',
    kind,
    plural,
    singular: names.singular ?? kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope !== 'Cluster',
    hasStatus: status !== undefined,
    scale: scale === undefined ? null : { ...scale, labelSelectorPath: scale.labelSelectorPath ?? null },
    counted: true,
  };
}

function subresources({ group, version, kind, scale, hasStatus }: ResourceType): readonly Subresource[] {
  const list: Subresource[] = [];
  if (scale !== null)
    list.push({
      name: 'scale',
      kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      verbs: changes,
    });
  if (hasStatus) list.push({ name: 'status', kind: { group, version, kind }, verbs: changes });
  return list;
}

function renamed(apiVersion: string): Conversion {
  const rename = (object: KubeObject) =>
    object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  return { apiVersion, toServed: rename, toStored: rename };
}

/** The version that objects are kept in. */
export function storedVersion(definition: KubeObject): string | undefined {
  return specOf(definition).versions?.find(({ storage }) => storage === true)?.name;
}

/** Columns of a version beside the name; the age alone when it says none. */
export function columnsOf({
  definition,
  version,
}: Pick<Served, 'definition' | 'version'>): readonly PrinterColumn[] {
  const stated =
    definition === null ? undefined : specOf(definition).versions?.find(({ name }) => name === version);
  return stated?.additionalPrinterColumns ?? [ageColumn];
}

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  jsonPath: '.metadata.creationTimestamp',
};

/** What the server adds to a new definition: its names are accepted, and it is established. */
export function established(definition: KubeObject, timestamp: string): KubeObject {
  const { names = {} } = specOf(definition);
  const accepted = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: timestamp,
    reason,
    message,
  });
  return {
    ...definition,
    status: {
      conditions: [
        accepted('NamesAccepted', 'NoConflicts', 'no conflicts found'),
        accepted('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
      ],
      acceptedNames: { listKind: `${names.kind}List`, singular: names.kind?.toLowerCase(), ...names },
      storedVersions: [storedVersion(definition)].filter((name) => name !== undefined),
    },
  };
}
