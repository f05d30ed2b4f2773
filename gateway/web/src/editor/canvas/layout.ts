// Places blocks from left to right: a column for each distance from the start, ordered so that
// few lines cross. The same method as the server's, without the walk over the network.
export interface Box {
  id: string;
  height: number;
  column?: number;
}

export interface Line {
  source: string;
  target: string;
}

export const boxWidth = 184;
const columnWidth = 236;
const gap = 44; // room for what the last run did
const sweeps = 4;

export function layOut(boxes: Box[], lines: Line[]): Map<string, { x: number; y: number }> {
  const before = group(lines, "target", "source");
  const after = group(lines, "source", "target");
  const columns = columnsOf(boxes, before, after);
  const rank = new Map<string, number>();
  columns.forEach((c) => number(c, rank));
  for (let i = 0; i < sweeps; i++) {
    for (let c = 1; c < columns.length; c++) order(columns[c]!, before, rank);
    for (let c = columns.length - 2; c >= 0; c--) order(columns[c]!, after, rank);
  }
  for (let c = 1; c < columns.length; c++) order(columns[c]!, before, rank);
  return place(columns);
}

function group(lines: Line[], by: keyof Line, of: keyof Line): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const l of lines) {
    const list = map.get(l[by]);
    if (list) list.push(l[of]);
    else map.set(l[by], [l[of]]);
  }
  return map;
}

// columnsOf puts each block after all that it needs. What is on a circle stays where it is
// reached first.
function columnsOf(boxes: Box[], before: Map<string, string[]>, after: Map<string, string[]>): Box[][] {
  const known = new Set(boxes.map((b) => b.id));
  const open = new Map(boxes.map((b) => [b.id, (before.get(b.id) ?? []).filter((s) => known.has(s)).length]));
  const column = new Map(boxes.map((b) => [b.id, b.column ?? 1]));
  let ready = boxes.filter((b) => open.get(b.id) === 0).map((b) => b.id);
  while (ready.length > 0) {
    const next: string[] = [];
    for (const id of ready)
      for (const follower of after.get(id) ?? []) {
        if (!known.has(follower)) continue;
        column.set(follower, Math.max(column.get(follower)!, column.get(id)! + 1));
        open.set(follower, open.get(follower)! - 1);
        if (open.get(follower) === 0) next.push(follower);
      }
    ready = next;
  }
  const used = [...new Set(boxes.map((b) => column.get(b.id)!))].sort((a, b) => a - b);
  const columns: Box[][] = used.map(() => []);
  for (const b of boxes) columns[used.indexOf(column.get(b.id)!)]!.push(b);
  return columns;
}

function number(column: Box[], rank: Map<string, number>) {
  column.forEach((b, i) => rank.set(b.id, (i + 0.5) / column.length - 0.5));
}

function order(column: Box[], neighbours: Map<string, string[]>, rank: Map<string, number>) {
  const middle = new Map<string, number>();
  for (const b of column) {
    const ranks = (neighbours.get(b.id) ?? []).map((n) => rank.get(n)).filter((r) => r !== undefined);
    const sum = ranks.reduce((a, r) => a + r, 0);
    middle.set(b.id, ranks.length > 0 ? sum / ranks.length : rank.get(b.id)!);
  }
  const was = new Map(column.map((b, i) => [b.id, i]));
  column.sort((a, b) => middle.get(a.id)! - middle.get(b.id)! || was.get(a.id)! - was.get(b.id)!);
  number(column, rank);
}

function place(columns: Box[][]): Map<string, { x: number; y: number }> {
  const heightOf = (c: Box[]) => c.reduce((sum, b) => sum + b.height + gap, -gap);
  const tallest = Math.max(0, ...columns.map(heightOf));
  const places = new Map<string, { x: number; y: number }>();
  columns.forEach((c, i) => {
    let y = (tallest - heightOf(c)) / 2;
    for (const b of c) {
      places.set(b.id, { x: i * columnWidth, y: Math.round(y) });
      y += b.height + gap;
    }
  });
  return places;
}
