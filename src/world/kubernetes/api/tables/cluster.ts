/** Fidelity: what belongs to the cluster or to no workload, as kubectl lists it (pkg/printers/internalversion, 1.32). */
import type { Namespace, PriorityClass, ResourceQuota } from '../../objects/cluster-scope.ts';
import {
  age,
  columns,
  containerCells,
  labelText,
  listAt,
  member,
  none,
  type Printer,
  since,
  sizeAt,
  textAt,
  unknown,
} from './printer.ts';

export const namespacePrinter: Printer = {
  columns: columns('Name', 'Status', 'Age'),
  cells: (object, context) => [
    object.metadata.name,
    (object as Namespace).status?.phase ?? 'Active',
    age(object, context),
  ],
};

export const configMapPrinter: Printer = {
  columns: columns('Name', 'Data:integer', 'Age'),
  cells: (object, context) => [
    object.metadata.name,
    sizeAt(object, 'data') + sizeAt(object, 'binaryData'),
    age(object, context),
  ],
};

export const secretPrinter: Printer = {
  columns: columns('Name', 'Type', 'Data:integer', 'Age'),
  cells: (object, context) => [
    object.metadata.name,
    textAt(object, 'type') || 'Opaque',
    sizeAt(object, 'data'),
    age(object, context),
  ],
};

export const serviceAccountPrinter: Printer = {
  columns: columns('Name', 'Secrets:integer', 'Age'),
  cells: (object, context) => [object.metadata.name, listAt(object, 'secrets').length, age(object, context)],
};

export const resourceQuotaPrinter: Printer = {
  columns: columns('Name', 'Request', 'Limit', 'Age'),
  cells(object, context) {
    const { metadata, status } = object as ResourceQuota;
    const names = Object.keys(status?.hard ?? {}).sort();
    const texts = (limits: boolean) =>
      names
        .filter((name) => name.startsWith('limits.') === limits)
        .map((name) => `${name}: ${status?.used?.[name] ?? 0}/${status?.hard?.[name]}`)
        .join(', ');
    return [metadata.name, texts(false), texts(true), age(object, context)];
  },
};

export const priorityClassPrinter: Printer = {
  columns: columns('Name', 'Value:integer', 'Global-Default:boolean', 'Age', 'PreemptionPolicy'),
  cells(object, context) {
    const { metadata, value, globalDefault, preemptionPolicy } = object as PriorityClass;
    return [
      metadata.name,
      value,
      globalDefault === true,
      age(object, context),
      preemptionPolicy ?? 'PreemptLowerPriority',
    ];
  },
};

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modesOf(modes: readonly unknown[]): string {
  return modes.map((mode) => accessModes[String(mode)] ?? String(mode)).join(',');
}

const unset = '<unset>';

export const persistentVolumePrinter: Printer = {
  columns: columns(
    ...['Name', 'Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass'],
    ...['VolumeAttributesClass', 'Reason', 'Age', 'VolumeMode*'],
  ),
  cells(object, context) {
    const { metadata, spec, status } = object;
    const claim = member(spec, 'claimRef');
    return [
      metadata.name,
      textAt(spec, 'capacity', 'storage'),
      modesOf(listAt(spec, 'accessModes')),
      textAt(spec, 'persistentVolumeReclaimPolicy'),
      metadata.deletionTimestamp === undefined ? textAt(status, 'phase') : 'Terminating',
      claim === undefined ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`,
      textAt(spec, 'storageClassName'),
      textAt(spec, 'volumeAttributesClassName') || unset,
      textAt(status, 'reason'),
      age(object, context),
      textAt(spec, 'volumeMode') || unset,
    ];
  },
};

export const persistentVolumeClaimPrinter: Printer = {
  columns: columns(
    ...[
      'Name',
      'Status',
      'Volume',
      'Capacity',
      'Access Modes',
      'StorageClass',
      'VolumeAttributesClass',
      'Age',
    ],
    'VolumeMode*',
  ),
  cells(object, context) {
    const { metadata, spec, status } = object;
    const bound = textAt(spec, 'volumeName') !== '';
    return [
      metadata.name,
      metadata.deletionTimestamp === undefined ? textAt(status, 'phase') : 'Terminating',
      textAt(spec, 'volumeName'),
      bound ? textAt(status, 'capacity', 'storage') : '',
      bound ? modesOf(listAt(status, 'accessModes')) : '',
      textAt(spec, 'storageClassName'),
      textAt(spec, 'volumeAttributesClassName') || unset,
      age(object, context),
      textAt(spec, 'volumeMode') || unset,
    ];
  },
};

export const storageClassPrinter: Printer = {
  columns: columns(
    'Name',
    'Provisioner',
    'ReclaimPolicy',
    'VolumeBindingMode',
    'AllowVolumeExpansion:boolean',
    'Age',
  ),
  cells(object, context) {
    const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    return [
      isDefault ? `${object.metadata.name} (default)` : object.metadata.name,
      textAt(object, 'provisioner'),
      textAt(object, 'reclaimPolicy') || 'Delete',
      textAt(object, 'volumeBindingMode') || 'Immediate',
      member(object, 'allowVolumeExpansion') === true,
      age(object, context),
    ];
  },
};

export const componentStatusPrinter: Printer = {
  columns: columns('Name', 'Status', 'Message', 'Error'),
  cells(object) {
    const healthy = listAt(object, 'conditions').find((one) => textAt(one, 'type') === 'Healthy');
    const state = textAt(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    return [object.metadata.name, state, textAt(healthy, 'message'), textAt(healthy, 'error')];
  },
};

export const podTemplatePrinter: Printer = {
  columns: columns('Name', 'Containers', 'Images', 'Pod Labels'),
  cells: (object) => [
    object.metadata.name,
    ...containerCells(member(object, 'template')),
    labelText(member(object, 'template', 'metadata', 'labels') as never),
  ],
};

/** Roles show when they were made, not how long ago. */
export const rolePrinter: Printer = {
  columns: columns('Name', 'Created At'),
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp],
};

export const bindingPrinter: Printer = {
  columns: columns('Name', 'Role', 'Age', 'Users*', 'Groups*', 'ServiceAccounts*'),
  cells(object, context) {
    const subjects = listAt(object, 'subjects');
    const named = (kind: string, text: (subject: unknown) => string) =>
      subjects
        .filter((subject) => textAt(subject, 'kind') === kind)
        .map(text)
        .join(', ');
    return [
      object.metadata.name,
      `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`,
      age(object, context),
      named('User', (subject) => textAt(subject, 'name')),
      named('Group', (subject) => textAt(subject, 'name')),
      named('ServiceAccount', (subject) => `${textAt(subject, 'namespace')}/${textAt(subject, 'name')}`),
    ];
  },
};

export const eventPrinter: Printer = {
  columns: columns(
    ...['Last Seen', 'Type', 'Reason', 'Object', 'Subobject*', 'Source*', 'Message'],
    ...['First Seen*', 'Count:integer*', 'Name*'],
  ),
  cells(object, context) {
    const about = member(object, 'involvedObject') ?? member(object, 'regarding');
    const source = member(object, 'source') ?? member(object, 'deprecatedSource');
    const text = (...names: readonly string[]) =>
      names.map((name) => textAt(object, name)).find((one) => one !== '') ?? '';
    const first = text('firstTimestamp', 'deprecatedFirstTimestamp');
    const last = text('lastTimestamp', 'deprecatedLastTimestamp');
    const component = textAt(source, 'component');
    const host = textAt(source, 'host');
    return [
      last === '' ? unknown : since(last, context),
      textAt(object, 'type'),
      textAt(object, 'reason'),
      `${textAt(about, 'kind').toLowerCase()}/${textAt(about, 'name')}`,
      textAt(about, 'fieldPath'),
      host === '' ? component : `${component}, ${host}`,
      text('message', 'note').trim(),
      first === '' ? unknown : since(first, context),
      (member(object, 'count') ?? member(object, 'deprecatedCount') ?? 1) as number,
      object.metadata.name,
    ];
  },
};

/** Whatever has no columns of its own: name and age. */
export const plainPrinter: Printer = {
  columns: columns('Name', 'Age'),
  cells: (object, context) => [object.metadata.name, age(object, context)],
};

/** The name and when it was made, as API extensions list definitions. */
export const createdPrinter: Printer = {
  columns: columns('Name', 'Created At'),
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp ?? none],
};
