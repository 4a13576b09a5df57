/**
 * Fidelity: the score formulas of kube-scheduler 1.32 and the weights of its default profile (framework/plugins, apis/config/v1).
 * Scores are whole numbers from 0 to 100, cut as Go cuts int64. Resources are scored by CPU and memory with equal weight, the default.
 */

/** Times which each plugin's score counts. */
export const weights = {
  taintToleration: 3,
  nodeAffinity: 2,
  podTopologySpread: 2,
  interPodAffinity: 2,
  resourcesFit: 1,
  balancedAllocation: 1,
  imageLocality: 1,
} as const;

/** What a container without a request counts as when nodes are scored: millicores and bytes. */
export const unstatedCpuMillis = 100;
export const unstatedMemoryBytes = 200 * 1024 * 1024;

function leastRequested(requested: number, allocatable: number): number {
  return requested > allocatable ? 0 : Math.floor(((allocatable - requested) * 100) / allocatable);
}

/** LeastAllocated over CPU and memory, requests including the pod's; what the node lacks altogether does not count. */
export function leastAllocatedScore(
  cpuRequested: number,
  cpuAllocatable: number,
  memoryRequested: number,
  memoryAllocatable: number,
): number {
  if (cpuAllocatable === 0)
    return memoryAllocatable === 0 ? 0 : leastRequested(memoryRequested, memoryAllocatable);
  const cpu = leastRequested(cpuRequested, cpuAllocatable);
  if (memoryAllocatable === 0) return cpu;
  return (cpu + leastRequested(memoryRequested, memoryAllocatable)) >> 1;
}

/** NodeResourcesBalancedAllocation over CPU and memory: 100 less the standard deviation of the shares in use, in percent. */
export function balancedAllocationScore(
  cpuRequested: number,
  cpuAllocatable: number,
  memoryRequested: number,
  memoryAllocatable: number,
): number {
  if (cpuAllocatable === 0 || memoryAllocatable === 0) return 100;
  const cpu = cpuRequested / cpuAllocatable;
  const memory = memoryRequested / memoryAllocatable;
  const deviation = Math.abs(((cpu > 1 ? 1 : cpu) - (memory > 1 ? 1 : memory)) / 2);
  return Math.floor((1 - deviation) * 100);
}

const imageBytesMin = 23 * 1024 * 1024;
const imageBytesMaxPerContainer = 1000 * 1024 * 1024;

/** ImageLocality of images of so many bytes (each times the share of nodes that have it) for so many containers. */
export function imageLocalityScore(scaledBytes: number, containers: number): number {
  const most = imageBytesMaxPerContainer * containers;
  const bytes = Math.min(Math.max(scaledBytes, imageBytesMin), most);
  return Math.floor((100 * (bytes - imageBytesMin)) / (most - imageBytesMin));
}

/** In place: the greatest becomes 100, or, reversed, 0. */
export function normaliseByGreatest(scores: Float64Array, length: number, reverse: boolean): void {
  let greatest = 0;
  for (let at = 0; at < length; at++) if (scores[at] > greatest) greatest = scores[at];
  if (greatest === 0) {
    if (reverse) scores.fill(100, 0, length);
    return;
  }
  for (let at = 0; at < length; at++) {
    const score = Math.floor((100 * scores[at]) / greatest);
    scores[at] = reverse ? 100 - score : score;
  }
}

/** In place, InterPodAffinity: from 0 for the least to 100 for the greatest; all 0 when they are the same. */
export function normaliseByRange(scores: Float64Array, length: number): void {
  let least = Infinity;
  let greatest = -Infinity;
  for (let at = 0; at < length; at++) {
    if (scores[at] < least) least = scores[at];
    if (scores[at] > greatest) greatest = scores[at];
  }
  const range = greatest - least;
  for (let at = 0; at < length; at++)
    scores[at] = range > 0 ? Math.floor(100 * ((scores[at] - least) / range)) : 0;
}

/** A node that PodTopologySpread leaves out of its scores, before `normaliseSpread`. */
export const leftOut = -1;

/** One score of PodTopologySpread, of which these are the least and the greatest. */
export function normalisedSpread(score: number, least: number, greatest: number): number {
  return greatest === 0 ? 100 : Math.floor((100 * (greatest + least - score)) / greatest);
}

/** In place, PodTopologySpread: fewer matching pods are better; nodes left out get 0. */
export function normaliseSpread(scores: Float64Array, length: number): void {
  let least = Infinity;
  let greatest = -Infinity;
  for (let at = 0; at < length; at++) {
    const score = scores[at];
    if (score === leftOut) continue;
    if (score < least) least = score;
    if (score > greatest) greatest = score;
  }
  for (let at = 0; at < length; at++) {
    const score = scores[at];
    scores[at] = score === leftOut ? 0 : normalisedSpread(score, least, greatest);
  }
}

/** What PodTopologySpread counts a matching pod as, in a topology of so many domains. */
export function spreadWeight(domains: number): number {
  return Math.log(domains + 2);
}
