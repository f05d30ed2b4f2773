const link = /^[A-Za-z0-9_-]{1,100}$/;

// backTo is the page of a link that a visitor came from to sign in or up, from ?fork={token}. It
// leads nowhere else: a token has no characters of another address.
export function backTo(query: URLSearchParams): string {
  const token = query.get("fork") ?? "";
  return link.test(token) ? `/s/${token}#fork` : "";
}
