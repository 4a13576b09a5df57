/** Fidelity: workloads as kubectl lists them (pkg/printers/internalversion, 1.32). */
import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget } from '../../objects/autoscaling.ts';
import type { LabelSelector } from '../../objects/meta.ts';
import { selectorText } from '../../objects/selector.ts';
import type { CronJob, Job } from '../../objects/workloads.ts';
import {
  age,
  columns,
  containerCells,
  humanDuration,
  labelText,
  listAt,
  member,
  none,
  numberAt,
  type PrintContext,
  type Printer,
  since,
  textAt,
  unknown,
} from './printer.ts';

const templateColumns = ['Containers*', 'Images*'];

function selectorOf(object: unknown): string {
  return selectorText(member(object, 'spec', 'selector') as LabelSelector | undefined);
}

export const deploymentPrinter: Printer = {
  columns: columns(
    'Name',
    'Ready',
    'Up-to-date:integer',
    'Available:integer',
    'Age',
    ...templateColumns,
    'Selector*',
  ),
  cells(object, context) {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      `${numberAt(status, 'readyReplicas')}/${member(spec, 'replicas') ?? 1}`,
      numberAt(status, 'updatedReplicas'),
      numberAt(status, 'availableReplicas'),
      age(object, context),
      ...containerCells(member(spec, 'template')),
      selectorOf(object),
    ];
  },
};

export const replicaSetPrinter: Printer = {
  columns: columns(
    ...['Name', 'Desired:integer', 'Current:integer', 'Ready:integer', 'Age'],
    ...[...templateColumns, 'Selector*'],
  ),
  cells(object, context) {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      numberAt(spec, 'replicas'),
      numberAt(status, 'replicas'),
      numberAt(status, 'readyReplicas'),
      age(object, context),
      ...containerCells(member(spec, 'template')),
      object.kind === 'ReplicationController'
        ? labelText(member(spec, 'selector') as never)
        : selectorOf(object),
    ];
  },
};

export const statefulSetPrinter: Printer = {
  columns: columns('Name', 'Ready', 'Age', ...templateColumns),
  cells(object, context) {
    const { metadata, spec, status } = object;
    const ready = `${numberAt(status, 'readyReplicas')}/${member(spec, 'replicas') ?? 1}`;
    return [metadata.name, ready, age(object, context), ...containerCells(member(spec, 'template'))];
  },
};

export const daemonSetPrinter: Printer = {
  columns: columns(
    ...[
      'Name',
      'Desired:integer',
      'Current:integer',
      'Ready:integer',
      'Up-to-date:integer',
      'Available:integer',
    ],
    ...['Node Selector', 'Age', ...templateColumns, 'Selector*'],
  ),
  cells(object, context) {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      numberAt(status, 'desiredNumberScheduled'),
      numberAt(status, 'currentNumberScheduled'),
      numberAt(status, 'numberReady'),
      numberAt(status, 'updatedNumberScheduled'),
      numberAt(status, 'numberAvailable'),
      labelText(member(spec, 'template', 'spec', 'nodeSelector') as never),
      age(object, context),
      ...containerCells(member(spec, 'template')),
      selectorOf(object),
    ];
  },
};

export const jobPrinter: Printer = {
  columns: columns('Name', 'Status', 'Completions', 'Duration', 'Age', ...templateColumns, 'Selector*'),
  cells(object, context) {
    const job = object as Job;
    return [
      job.metadata.name,
      jobStatus(job),
      completionsOf(job),
      durationOf(job, context),
      age(job, context),
      ...containerCells(job.spec?.template),
      selectorOf(job),
    ];
  },
};

function jobStatus({ status, metadata }: Job): string {
  const has = (type: string) =>
    status?.conditions?.some((one) => one.type === type && one.status === 'True') ?? false;
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf({ status }: Job, { clock }: PrintContext): string {
  if (status?.startTime === undefined) return '';
  const end = status.completionTime === undefined ? clock.nowMicros : clock.microsOf(status.completionTime);
  return humanDuration(end - clock.microsOf(status.startTime));
}

export const cronJobPrinter: Printer = {
  columns: columns(
    ...['Name', 'Schedule', 'Timezone', 'Suspend:boolean', 'Active:integer', 'Last Schedule', 'Age'],
    ...[...templateColumns, 'Selector*'],
  ),
  cells(object, context) {
    const { metadata, spec, status } = object as CronJob;
    return [
      metadata.name,
      spec?.schedule ?? '',
      spec?.timeZone ?? none,
      spec?.suspend === undefined ? unknown : spec.suspend ? 'True' : 'False',
      listAt(status, 'active').length,
      status?.lastScheduleTime === undefined ? none : since(status.lastScheduleTime, context),
      age(object, context),
      ...containerCells(spec?.jobTemplate?.spec?.template),
      selectorText(spec?.jobTemplate?.spec?.selector),
    ];
  },
};

const metricsShown = 2;

export const horizontalPodAutoscalerPrinter: Printer = {
  columns: columns('Name', 'Reference', 'Targets', 'MinPods', 'MaxPods:integer', 'Replicas:integer', 'Age'),
  cells(object, context) {
    const { metadata, spec, status } = object as HorizontalPodAutoscaler;
    return [
      metadata.name,
      `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`,
      targetsOf(object),
      spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
      spec?.maxReplicas ?? 0,
      status?.currentReplicas ?? 0,
      age(object, context),
    ];
  },
};

function targetsOf(object: unknown): string {
  const percent = member(object, 'spec', 'targetCPUUtilizationPercentage');
  if (percent !== undefined) {
    const current = member(object, 'status', 'currentCPUUtilizationPercentage');
    return `cpu: ${current === undefined ? unknown : `${current}%`}/${percent}%`;
  }
  const metrics = listAt(object, 'spec', 'metrics') as readonly MetricSpec[];
  const current = listAt(object, 'status', 'currentMetrics');
  if (metrics.length === 0) return none;
  const texts = metrics.slice(0, metricsShown).map((metric, at) => metricText(metric, current[at]));
  const more = metrics.length - metricsShown;
  return `${texts.join(', ')}${more > 0 ? ` + ${more} more...` : ''}`;
}

/** The members of a metric by its type. */
const members = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
} as const;

function metricText(metric: MetricSpec, status: unknown): string {
  const field = members[metric.type];
  const target = member(metric, field, 'target') as MetricTarget | undefined;
  const current = member(status, field, 'current');
  const name =
    metric.type === 'Resource' || metric.type === 'ContainerResource'
      ? `${textAt(metric, field, 'name')}: `
      : '';
  if (target?.averageUtilization !== undefined) {
    const utilization = member(current, 'averageUtilization');
    return `${name}${utilization === undefined ? unknown : `${utilization}%`}/${target.averageUtilization}%`;
  }
  if (target?.averageValue !== undefined) {
    const value = member(current, 'averageValue') ?? unknown;
    const average = metric.type === 'Object' || metric.type === 'External' ? ' (avg)' : '';
    return `${name}${value}/${target.averageValue}${average}`;
  }
  return `${name}${member(current, 'value') ?? unknown}/${target?.value ?? ''}`;
}

export const controllerRevisionPrinter: Printer = {
  columns: columns('Name', 'Controller', 'Revision:integer', 'Age'),
  cells(object, context) {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    const group =
      owner === undefined || !owner.apiVersion.includes('/') ? '' : `.${owner.apiVersion.split('/')[0]}`;
    const by = owner === undefined ? none : `${owner.kind.toLowerCase()}${group}/${owner.name}`;
    return [object.metadata.name, by, numberAt(object, 'revision'), age(object, context)];
  },
};
