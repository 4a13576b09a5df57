import type { LiveApi as RunApi, Session } from '../../src/run/session.ts';

// What a live run offers to those who serve it. The run decides everything as a function of what it is given here: reads
// change nothing, and what changes something becomes a command of the run.

/** A cluster's API, without what it keeps for the log. */
export type LiveApi = Pick<RunApi, 'request' | 'open'>;
export type LiveRequest = Parameters<RunApi['request']>[0];
export type LiveResponse = ReturnType<RunApi['request']>;

/** A run that is moved on. */
export type LiveRun = Pick<Session, 'nowMicros' | 'endMicros' | 'finished' | 'advance'> &
  Pick<RunApi, 'settle'>;
