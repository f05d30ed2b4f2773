// Parses the page's address: the link, whole page or frame, and display options.
export interface Link {
  token: string;
  embed: boolean;
  showGraph: boolean;
  hideToolbar: boolean;
  theme?: "light" | "dark";
}

const path = /^\/(s|embed)\/([A-Za-z0-9_-]{1,100})\/?$/;

export function linkOf(location: { pathname: string; search: string }): Link | null {
  const found = path.exec(location.pathname);
  if (!found) return null;
  const query = new URLSearchParams(location.search);
  const embed = found[1] === "embed";
  const theme = query.get("theme");
  return {
    token: found[2]!,
    embed,
    showGraph: embed ? flag(query, "showGraph") : true,
    hideToolbar: embed && flag(query, "hideToolbar"),
    theme: theme === "light" || theme === "dark" ? theme : undefined,
  };
}

// ?showGraph, ?showGraph=1 and ?showGraph=true mean yes.
function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value !== null && value !== "0" && value !== "false";
}
