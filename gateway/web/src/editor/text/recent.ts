const kept = 4; // results: of the text before an edit, of the one after it, and of two more

// recent returns a function that keeps what it made of the last texts. The results must not be
// changed.
export function recent<T>(make: (text: string) => T): (text: string) => T {
  let known: { text: string; made: T }[] = [];
  return (text) => {
    const found = known.find((k) => k.text === text);
    if (found) return found.made;
    const made = make(text);
    known = [{ text, made }, ...known].slice(0, kept);
    return made;
  };
}
