/** What each cause of failure means to the reader, in the order of reports. The names are those of the result. */
export const causeMeanings: Readonly<Record<string, { readonly title: string; readonly meaning: string }>> = {
  timeout: { title: 'timed out', meaning: 'The caller’s timeout ran out before an answer came.' },
  deadline: { title: 'deadline passed', meaning: 'The deadline handed down with the request had passed.' },
  refused: {
    title: 'refused',
    meaning:
      'The replica did not take it: its queue was full, or its process was not listening yet or any more (connection refused).',
  },
  shed: {
    title: 'shed',
    meaning: 'The replica refused it on purpose to protect the requests it already had.',
  },
  rateLimited: { title: 'rate limited', meaning: 'It exceeded the rate the replica allows.' },
  unavailable: { title: 'no replica', meaning: 'No replica was there to take it.' },
  breakerOpen: {
    title: 'breaker open',
    meaning: 'The caller’s circuit breaker was open, so it was not sent.',
  },
  bulkheadFull: {
    title: 'bulkhead full',
    meaning: 'The caller already had as many calls in flight as it allows.',
  },
  poolTimeout: { title: 'no connection', meaning: 'No connection of the caller’s pool came free in time.' },
  application: { title: 'application error', meaning: 'The service itself answered with an error.' },
  dependency: { title: 'dependency failed', meaning: 'A call that it could not do without had failed.' },
  cancelled: { title: 'cancelled', meaning: 'Whoever asked had already gone.' },
  terminated: {
    title: 'replica stopped',
    meaning: 'The replica was killed, or its time to finish was up, while it worked on it.',
  },
};

/** The cause in words; a cause this version does not know keeps its name. */
export function causeTitle(cause: string): string {
  return causeMeanings[cause]?.title ?? cause;
}

const order = Object.keys(causeMeanings);

/** Position in the order of reports; unknown causes come last. */
export function causeRank(cause: string): number {
  const rank = order.indexOf(cause);
  return rank < 0 ? order.length : rank;
}
