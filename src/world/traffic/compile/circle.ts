/**
 * Fidelity: no mechanism; circles in a directed graph by strongly connected components (R. Tarjan, “Depth-first search and
 * linear graph algorithms”, 1972).
 */
/**
 * A request is a tree of calls, so calls must not lead back to where they began. Works on endpoints as numbers
 * and on `edges[from]`, lists of the endpoints called; linear in both, and without recursion.
 */

/** The groups of endpoints that reach each other (Tarjan's strongly connected components), numbered; one number for each endpoint. */
export function components(edges: readonly (readonly number[])[]): Int32Array {
  const count = edges.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const component = new Int32Array(count).fill(-1);
  const open: number[] = [];
  const path: number[] = [];
  const next = new Int32Array(count);
  let visited = 0;
  let found = 0;
  for (let root = 0; root < count; root += 1) {
    if (order[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const node = path[path.length - 1];
      if (order[node] === -1) {
        order[node] = low[node] = visited;
        visited += 1;
        open.push(node);
      }
      const child = edges[node][next[node]];
      if (child !== undefined) {
        next[node] += 1;
        if (order[child] === -1) path.push(child);
        else if (component[child] === -1) low[node] = Math.min(low[node], order[child]);
        continue;
      }
      path.pop();
      if (path.length > 0) low[path[path.length - 1]] = Math.min(low[path[path.length - 1]], low[node]);
      if (low[node] !== order[node]) continue;
      for (let member = open.pop()!; ; member = open.pop()!) {
        component[member] = found;
        if (member === node) break;
      }
      found += 1;
    }
  }
  return component;
}

/** One circle of each group that has any, as endpoints in the order of calls; the first is where it closes. */
export function circles(edges: readonly (readonly number[])[]): number[][] {
  const component = components(edges);
  const seen = new Set<number>();
  const found: number[][] = [];
  for (let start = 0; start < edges.length; start += 1) {
    if (seen.has(component[start])) continue;
    const circle = wayBetween(edges, start, start, component);
    if (circle === null) continue;
    seen.add(component[start]);
    found.push(circle);
  }
  return found;
}

/** The shortest way of at least one call within one group, without its last endpoint; null when there is none. */
export function wayBetween(
  edges: readonly (readonly number[])[],
  from: number,
  to: number,
  component: Int32Array,
): number[] | null {
  if (component[from] !== component[to]) return null;
  const before = new Map<number, number>();
  const queue = [from];
  for (let head = 0; head < queue.length; head += 1) {
    const node = queue[head];
    for (const child of edges[node]) {
      if (child === to) return trace(before, from, node);
      if (component[child] !== component[from] || before.has(child) || child === from) continue;
      before.set(child, node);
      queue.push(child);
    }
  }
  return null;
}

function trace(before: ReadonlyMap<number, number>, from: number, last: number): number[] {
  const way = [last];
  while (way[way.length - 1] !== from) way.push(before.get(way[way.length - 1])!);
  return way.reverse();
}
