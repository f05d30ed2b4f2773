// Listeners by what they listen to.
export class Listeners {
  private readonly byId = new Map<string, Set<() => void>>();

  // add returns the function that removes it again.
  readonly add = (ids: string[], listener: () => void) => {
    for (const id of ids) {
      const own = this.byId.get(id) ?? new Set();
      this.byId.set(id, own.add(listener));
    }
    return () => {
      for (const id of ids) {
        const own = this.byId.get(id);
        own?.delete(listener);
        if (own?.size === 0) this.byId.delete(id);
      }
    };
  };

  // tell calls each listener of these once.
  tell(ids: Iterable<string>) {
    const all = new Set<() => void>();
    for (const id of ids) for (const listener of this.byId.get(id) ?? []) all.add(listener);
    for (const listener of all) listener();
  }
}
