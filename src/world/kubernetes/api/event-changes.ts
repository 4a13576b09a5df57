/** Fidelity: events as a watch sees them: added, then modified whenever they count up. They vanish without a word. */
import type { ControlPlane } from '../control/control-plane.ts';
import { events, type ResourceType, resourceName } from '../objects/resource-types.ts';
import type { EventRecord } from '../store/event-log.ts';
import type { Change } from '../store/store.ts';
import { coreEvent, groupEvent } from './event-objects.ts';
import type { History } from './history.ts';
import { eventsOfGroup } from './served.ts';

const makers = [
  [events, coreEvent],
  [eventsOfGroup, groupEvent],
] as const;

function changeOf(record: EventRecord, isNew: boolean, type: ResourceType, plane: ControlPlane): Change {
  const make = makers.find(([known]) => known === type)![1];
  const object = make(record, plane.clock);
  const { revision } = record;
  return { kind: isNew ? 'ADDED' : 'MODIFIED', type, object, previous: isNew ? null : object, revision };
}

/** Tells watches of new and repeated events. */
export function publishEvents(plane: ControlPlane, history: History): void {
  plane.events.observe((record, isNew) => {
    for (const [type] of makers) history.publish(type, () => changeOf(record, isNew, type, plane));
  });
}

export function isEvents(type: ResourceType): boolean {
  return resourceName(type) === resourceName(events) || resourceName(type) === resourceName(eventsOfGroup);
}

/** The last occurrence of each event since a revision. */
export function eventsSince(plane: ControlPlane, type: ResourceType, revision: number): readonly Change[] {
  return [...plane.events.list()]
    .filter((record) => record.revision > revision)
    .map((record) => changeOf(record, record.count === 1, type, plane));
}
