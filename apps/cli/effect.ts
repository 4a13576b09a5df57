import type { Model, ScaleCommand } from '../../src/model/model.ts';
import type { Result } from '../../src/model/result.ts';
import type { TrafficModel } from '../../src/run/run.ts';
import { duration } from './render/figures.ts';

/**
 * Why a run says nothing about the system, in sentences; empty when it does. A verdict over no request would be a
 * green light nobody earned, and a command without effect tests something else than its author thinks.
 */
export function emptiness(model: Model, result: Result): string[] {
  // What was cut short may not have come to its commands, or to its demand.
  if (result.status !== 'complete') return [];
  const offered = result.sources.reduce((sum, source) => sum + source.offered, 0);
  const none = offered === 0 ? ['No request was ever sent: a verdict would be about nothing.'] : [];
  return [...none, ...withoutEffect(model)];
}

function withoutEffect(model: Model): string[] {
  const { services } = model.rooms['traffic'] as TrafficModel;
  const replicas = new Map(services.map((service) => [service.name, service.replicas]));
  const inOrder = [...model.commands].sort((a, b) => a.atMicros - b.atMicros);
  return inOrder.flatMap((command) => {
    if (command.kind !== 'scale') return [];
    const before = replicas.get(command.service);
    replicas.set(command.service, command.replicas);
    const reason = reasonWhyNot(command, before, model);
    if (reason === null) return [];
    const what = `scale ${command.service} to ${command.replicas} at ${duration(command.atMicros / 1e6)}`;
    return [`A command had no effect: ${what} (${reason}).`];
  });
}

function reasonWhyNot(command: ScaleCommand, before: number | undefined, model: Model): string | null {
  if (command.atMicros >= model.durationMicros)
    return `the run ends at ${duration(model.durationMicros / 1e6)}`;
  return before === command.replicas ? `it already had ${before} replicas` : null;
}
