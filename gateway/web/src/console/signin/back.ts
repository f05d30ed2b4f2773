const link = /^[A-Za-z0-9_-]{1,100}$/;

// backTo is the page of a link that a visitor came from to sign in or up, from ?fork={token}. No other address
// is possible: a token has no slash and no colon.
export function backTo(query: URLSearchParams): string {
  const token = query.get("fork") ?? "";
  return link.test(token) ? `/s/${token}#fork` : "";
}
