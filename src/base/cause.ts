/** Why a request did not succeed. `ok` is success; the order is the order of reports. */
export const causes = [
  'ok',
  'timeout',
  'deadline',
  'refused',
  'shed',
  'rateLimited',
  'unavailable',
  'breakerOpen',
  'bulkheadFull',
  'poolTimeout',
  'application',
  'dependency',
  'cancelled',
  'terminated',
] as const;
export type Cause = (typeof causes)[number];
