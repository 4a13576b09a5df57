/**
 * Bounds that keep any input from exhausting time or memory. Each has a diagnostic; none is near what a real
 * system of manifests needs.
 */
export const limits = {
  /** Characters of one file. */
  fileLength: 4 * 1024 * 1024,
  /** Characters of all files of a scenario. */
  totalLength: 16 * 1024 * 1024,
  /** Documents of one scenario, the items of lists counted one by one. */
  documents: 10_000,
  /** Objects, lists and scalars in one file, what aliases repeat included. */
  nodes: 1_000_000,
  /** The part of them that aliases may add. */
  aliasedNodes: 50_000,
  /** Objects and lists inside each other. */
  depth: 64,
  /** Syntax errors that are reported for one document. */
  syntaxErrors: 10,
  /** Problems that are reported for one document. */
  problems: 200,
  /** Replicas of one workload. */
  replicas: 5000,
  /** Sample intervals of a run. */
  samples: 200_000,
  /** Virtual time of a run: 400 days. */
  durationMicros: 400 * 86_400e6,
} as const;
