const link = /^[A-Za-z0-9_-]{1,100}$/;

// backTo is the page of a link that a visitor came from to sign in or up: from ?fork={token}, where they fork it,
// or from ?link={token}. No other address is possible: a token has no slash and no colon.
export function backTo(query: URLSearchParams): string {
  const [fork, seen] = [query.get("fork") ?? "", query.get("link") ?? ""];
  if (link.test(fork)) return `/s/${fork}#fork`;
  return link.test(seen) ? `/s/${seen}` : "";
}
