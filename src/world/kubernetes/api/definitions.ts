/**
 * Fidelity: how a CustomResourceDefinition becomes resources (apiextensions-apiserver pkg/apiserver, 1.32): every version that is
 * served, once its names are accepted. Simplified: versions differ in their apiVersion alone (conversion strategy `None`).
 */
import type { Condition, KubeObject } from '../objects/meta.ts';
import { apiVersionOf, type ResourceType } from '../objects/resource-types.ts';
import { customTypes } from '../schema/custom-resources.ts';
import type { Conversion, Served, Subresource } from './served-resource.ts';
import { listAt, member, textAt } from './tables/printer.ts';

/** A column that a definition adds to tables. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const changes = ['get', 'patch', 'update'];
const known = new WeakMap<KubeObject, readonly Served[]>();

/** The resources of a definition, in the order of its versions; none before it is established. */
export function servedByDefinition(definition: KubeObject): readonly Served[] {
  let resources = known.get(definition);
  if (resources === undefined) {
    resources = isEstablished(definition)
      ? customTypes(definition).map((type) => served(definition, type))
      : [];
    known.set(definition, resources);
  }
  return resources;
}

function isEstablished(definition: KubeObject): boolean {
  const conditions = listAt(definition, 'status', 'conditions') as readonly Condition[];
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}

function served(definition: KubeObject, stated: ResourceType): Served {
  const type = { ...stated, singular: stated.singular || stated.kind.toLowerCase() };
  const { group, version } = type;
  return {
    group,
    version,
    type,
    verbs,
    subresources: subresources(type),
    conversion: renamed(apiVersionOf(type)),
    definition,
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

/** Columns of a version beside the name; the age alone when it states none. */
export function columnsOf({
  definition,
  version,
}: Pick<Served, 'definition' | 'version'>): readonly PrinterColumn[] {
  const versions = listAt(definition, 'spec', 'versions');
  const stated = member(
    versions.find((one) => textAt(one, 'name') === version),
    'additionalPrinterColumns',
  );
  return Array.isArray(stated) ? (stated as readonly PrinterColumn[]) : [ageColumn];
}

const ageColumn: PrinterColumn = {
  name: 'Age',
  type: 'date',
  description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
  jsonPath: '.metadata.creationTimestamp',
};
