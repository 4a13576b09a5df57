/**
 * Fidelity: Events as core/v1 and as events.k8s.io/v1 show them (pkg/apis/events/v1 conversion, 1.32), made from the log when
 * somebody asks. Their names end in a number that counts up where the real ones have the time in nanoseconds.
 */
import type { KubeObject, ObjectMeta } from '../objects/meta.ts';
import { typeOfKind } from '../objects/resource-types.ts';
import type { Clock } from '../store/clock.ts';
import type { EventRecord } from '../store/event-log.ts';

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** `web-7d4b9.18a0000000000c1f`. */
export function eventName({ regarding, id }: EventRecord): string {
  return `${regarding.name}.18${hex(id, 14)}`;
}

/** The number in an event's name; null: no event has it. */
export function eventId(name: string): number | null {
  const match = /\.18([0-9a-f]{14})$/.exec(name);
  return match === null ? null : Number.parseInt(match[1], 16);
}

function metadataOf(record: EventRecord, clock: Clock): ObjectMeta {
  return {
    name: eventName(record),
    namespace: record.regarding.namespace,
    uid: `e0000000-0000-4000-8000-${hex(record.id, 12)}`,
    resourceVersion: String(record.revision),
    creationTimestamp: clock.timestampAt(record.firstMicros),
  };
}

/** What belongs to the cluster has no namespace, though its events are kept in `default`. */
function referenceTo({ regarding }: EventRecord): Readonly<Record<string, string>> {
  const { apiVersion, kind, namespace, name, uid, fieldPath } = regarding;
  const ofCluster = typeOfKind(apiVersion, kind)?.namespaced === false;
  return {
    kind,
    ...(ofCluster ? {} : { namespace }),
    name,
    uid,
    apiVersion,
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}

export function coreEvent(record: EventRecord, clock: Clock): KubeObject {
  const { reason, message, component, host, count, type } = record;
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: metadataOf(record, clock),
    involvedObject: referenceTo(record),
    reason,
    message,
    source: host === null ? { component } : { component, host },
    firstTimestamp: clock.timestampAt(record.firstMicros),
    lastTimestamp: clock.timestampAt(record.lastMicros),
    count,
    type,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
  return event;
}

export function groupEvent(record: EventRecord, clock: Clock): KubeObject {
  const { reason, message, component, host, count, type } = record;
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: metadataOf(record, clock),
    eventTime: null,
    reportingController: component,
    reportingInstance: host ?? '',
    reason,
    regarding: referenceTo(record),
    note: message,
    type,
    deprecatedSource: host === null ? { component } : { component, host },
    deprecatedFirstTimestamp: clock.timestampAt(record.firstMicros),
    deprecatedLastTimestamp: clock.timestampAt(record.lastMicros),
    deprecatedCount: count,
  };
  return event;
}
