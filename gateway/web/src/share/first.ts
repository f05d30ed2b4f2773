// The first screen, which the gateway has written into the document: it shows title, words and
// picture until the page itself can.
const screen = () => document.getElementById("first");

// firstHasExample says whether the page will show the owner's example at the start.
export const firstHasExample = () => screen()?.dataset.example !== undefined;

export const removeFirst = () => screen()?.remove();

// sayAtFirst tells a visitor who waits why.
export function sayAtFirst(words: string) {
  const place = screen()?.querySelector("[role=status]");
  if (place) place.textContent = words;
}
