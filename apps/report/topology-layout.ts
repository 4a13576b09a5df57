/**
 * Places a call graph in layers from left to right: callers stand left of whom they call. Calls that close
 * a circle point back. Within a layer, nodes stand near their neighbours so that few edges cross.
 */
export interface GraphEdge {
  readonly from: string;
  readonly to: string;
}

export interface Placed {
  /** Column, from 0. */
  readonly layer: number;
  /** Row within the whole picture, from 0; layers are centred, so rows may be fractions. */
  readonly row: number;
}

export interface Layout {
  readonly places: ReadonlyMap<string, Placed>;
  readonly layers: number;
  readonly rows: number;
}

/** Lays out `nodes` (whose order decides between equals) and their edges. */
export function layOut(nodes: readonly string[], edges: readonly GraphEdge[]): Layout {
  const forward = withoutCircles(nodes, edges);
  const layerOf = longestPaths(nodes, forward);
  const layers: string[][] = [];
  for (const node of nodes) (layers[layerOf.get(node)!] ??= []).push(node);
  for (let pass = 0; pass < 4; pass++) reorder(layers, forward);
  const rows = Math.max(1, ...layers.map((layer) => layer.length));
  const places = new Map<string, Placed>();
  layers.forEach((members, layer) => {
    members.forEach((node, index) => {
      places.set(node, { layer, row: index + (rows - members.length) / 2 });
    });
  });
  return { places, layers: layers.length, rows };
}

/** The edges that do not lead back to a node on the way to them, by depth-first search. */
function withoutCircles(nodes: readonly string[], edges: readonly GraphEdge[]): GraphEdge[] {
  const state = new Map<string, 'open' | 'done'>();
  const kept: GraphEdge[] = [];
  const visit = (node: string) => {
    state.set(node, 'open');
    for (const edge of edges.filter(({ from, to }) => from === node && to !== node)) {
      if (state.get(edge.to) === 'open') continue;
      kept.push(edge);
      if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(node, 'done');
  };
  for (const node of nodes) if (!state.has(node)) visit(node);
  return kept;
}

function longestPaths(nodes: readonly string[], edges: readonly GraphEdge[]): Map<string, number> {
  const layerOf = new Map(nodes.map((node) => [node, 0]));
  // A path has at most as many edges as there are nodes, so this settles.
  for (let round = 0; round < nodes.length; round++) {
    let moved = false;
    for (const { from, to } of edges) {
      if (layerOf.get(to)! <= layerOf.get(from)!) {
        layerOf.set(to, layerOf.get(from)! + 1);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return layerOf;
}

/** Sorts each layer by the mean position of its neighbours, once from the left and once from the right. */
function reorder(layers: string[][], edges: readonly GraphEdge[]): void {
  const position = new Map<string, number>();
  const settle = () => {
    for (const layer of layers) {
      for (const [index, node] of layer.entries()) position.set(node, index - (layer.length - 1) / 2);
    }
  };
  const byNeighbours = (layer: string[], near: (node: string) => string[]) => {
    const mean = new Map(layer.map((node) => [node, meanOf(near(node), position) ?? position.get(node)!]));
    layer.sort((a, b) => mean.get(a)! - mean.get(b)! || position.get(a)! - position.get(b)!);
    settle();
  };
  settle();
  for (const layer of layers)
    byNeighbours(layer, (node) => edges.filter((e) => e.to === node).map((e) => e.from));
  for (const layer of layers.toReversed()) {
    byNeighbours(layer, (node) => edges.filter((e) => e.from === node).map((e) => e.to));
  }
}

function meanOf(nodes: readonly string[], position: ReadonlyMap<string, number>): number | null {
  if (nodes.length === 0) return null;
  return nodes.reduce((sum, node) => sum + position.get(node)!, 0) / nodes.length;
}
