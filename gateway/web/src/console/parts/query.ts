import { navigate } from "../routes";

// setQuery changes parameters of the address. An empty value removes one.
export function setQuery(change: Record<string, string>) {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(change)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  navigate(url.pathname + url.search, true);
}
