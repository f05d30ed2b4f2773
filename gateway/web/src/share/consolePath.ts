// consolePath is where people sign in, if this server has a console; else empty, and the page
// offers no dead link.
export function consolePath(): string {
  const path = document.querySelector<HTMLMetaElement>('meta[name="keyhole-console"]')?.content ?? "";
  return path.startsWith("/") && !path.startsWith("//") ? path : "";
}
