// The order and labels of inputs and outputs, as an owner arranges them.
export interface Shown {
  name: string;
  label?: string;
  description?: string;
  hidden?: boolean;
}

// arranged puts the names in the stored order; names that are new follow, and names that the
// version does not have are left out.
export function arranged(names: string[], stored: Partial<Shown>[] | undefined): Shown[] {
  const known = new Map((stored ?? []).map((s) => [s.name ?? "", s]));
  const first = [...known.keys()].filter((name) => names.includes(name));
  return [...first, ...names.filter((name) => !known.has(name))].map((name) => ({ ...known.get(name), name }));
}

export function moved<T>(rows: T[], at: number, by: -1 | 1): T[] {
  const next = [...rows];
  const [row] = next.splice(at, 1);
  next.splice(at + by, 0, row!);
  return next;
}
