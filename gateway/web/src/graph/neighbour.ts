import type { Graph } from "../api/client";

const ways: Record<string, [x: number, y: number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

// neighbour is the nearest block in the direction of an arrow key. What lies aside counts
// double, so that a row is followed before it is left.
export function neighbour(graph: Graph, from: string, key: string): string {
  const here = graph.nodes?.find((n) => n.id === from);
  const way = ways[key];
  if (!here || !way) return from;
  let best = from;
  let least = Infinity;
  for (const n of graph.nodes ?? []) {
    const dx = (n.x ?? 0) - (here.x ?? 0);
    const dy = (n.y ?? 0) - (here.y ?? 0);
    const along = dx * way[0] + dy * way[1];
    if (along <= 0) continue;
    const distance = along + 2 * Math.abs(dx * way[1] + dy * way[0]);
    if (distance < least) {
      least = distance;
      best = n.id ?? from;
    }
  }
  return best;
}
