const form = /^#code=([A-Za-z0-9_-]{1,200})$/;

// takeCode takes the one-time code of a sign-in link out of the address. It leaves the address
// and the history without a fragment.
export function takeCode(): string {
  const found = form.exec(window.location.hash);
  if (window.location.hash) window.history.replaceState(null, "", window.location.pathname + window.location.search);
  return found?.[1] ?? "";
}
