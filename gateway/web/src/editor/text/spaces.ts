const space = /[ \t\r\n]/;

// sameButSpaces says whether two JSON texts differ only in the spaces between their tokens.
export function sameButSpaces(a: string, b: string): boolean {
  let [i, j, quoted] = [0, 0, false];
  for (;;) {
    if (!quoted) {
      while (i < a.length && space.test(a[i]!)) i++;
      while (j < b.length && space.test(b[j]!)) j++;
    }
    if (i >= a.length || j >= b.length) return i >= a.length && j >= b.length;
    const c = a[i]!;
    if (c !== b[j]) return false;
    if (c === '"') quoted = !quoted;
    else if (c === "\\" && quoted) {
      if (a[i + 1] !== b[j + 1]) return false;
      i++;
      j++;
    }
    i++;
    j++;
  }
}
