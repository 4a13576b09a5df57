import type { EndpointAccount } from '../../run/run.ts';
import { counted, latency, percent } from '../figures.ts';
import { ratio, workedOn } from '../traffic.ts';
import type { Evidence, Observation } from './evidence.ts';

/** Endpoints much of whose work was for callers that had given up. */
export function wastedWork(evidence: Evidence): Observation[] {
  return evidence.truth.endpoints
    .map((endpoint) => wasted(evidence, endpoint))
    .filter((each) => each !== null);
}

function wasted(evidence: Evidence, account: EndpointAccount): Observation | null {
  // A request that waited and was shed may have lost its caller too, and is no work.
  const share = Math.min(1, ratio(account.wasted, workedOn(account.outcomes)));
  if (share < 0.05 || account.wasted < 10) return null;
  const subject = `${account.service} ${account.endpoint}`;
  return {
    kind: 'wasted-work',
    severity: evidence.missed || share >= 0.2 ? 'problem' : 'note',
    weight: 62 + share,
    subject,
    message:
      `${percent(share)} of the work of ${subject} (${counted(account.wasted, 'request')}) was for callers that had given ` +
      `up${timeoutClause(evidence, account)}${noticeClause(evidence, account.service)}.`,
    stretch: null,
  };
}

/** The shortest timeout among those who call the endpoint. */
function timeoutClause({ traffic }: Evidence, { service, endpoint }: EndpointAccount): string {
  const timeouts = traffic.calls
    .filter((call) => {
      const target = traffic.endpoints[call.endpoint];
      return target.name === endpoint && traffic.services[target.service].name === service;
    })
    .map((call) => call.timeoutMicros)
    .filter((micros) => micros !== null);
  return timeouts.length === 0 ? '' : `, after ${latency(Math.min(...timeouts) / 1000)}`;
}

function noticeClause({ traffic }: Evidence, name: string): string {
  const cancellation = traffic.services.find((service) => service.name === name)?.cancellation;
  return cancellation === 'none' ? `; ${name} does not notice and finishes the work all the same` : '';
}
