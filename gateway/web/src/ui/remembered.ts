/* eslint no-restricted-globals: off -- the one place that writes to storage */
// Choices of the visitor that survive a reload: the theme, dismissed hints, nothing that is secret.
// Storage can be absent (a frame, a private window): the choice then lasts for the page.
type Name = "theme" | "first-steps" | "workflows-view";

export function recall(name: Name): string | null {
  try {
    return localStorage.getItem(`keyhole.${name}`);
  } catch {
    return null;
  }
}

export function remember(name: Name, value: string) {
  try {
    localStorage.setItem(`keyhole.${name}`, value);
  } catch {
    return;
  }
}
