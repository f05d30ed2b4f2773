// What went wrong at the identity provider, by the reason in the address. The texts are here, not in the address: a
// link from somebody else must not put words on this page.
const texts: Record<string, string> = {
  SIGN_IN_EXPIRED: "It took longer than ten minutes, or it began in another browser or tab. Start again.",
  SIGN_IN_REFUSED: "You did not finish signing in there, or your account may not use this server. Try again.",
  SIGN_IN_NO_ACCESS:
    "Your account has no access to a workspace here. Ask an owner of it, or the operator of this server.",
  EMAIL_NOT_VERIFIED: "Your e-mail address is not confirmed there. Confirm it, then sign in again.",
  UNAUTHENTICATED: "The answer was not valid for this sign-in. Start again.",
  UNAVAILABLE: "It cannot be reached or has a fault. Try again in a minute.",
  DEADLINE_EXCEEDED: "It took too long to answer. Try again in a minute.",
  RATE_LIMITED: "Too many attempts came from this address. Try again in a few minutes.",
  HTTPS_REQUIRED: "Signing in needs HTTPS. Open the https:// address of this server.",
};

// problemText explains a reason; empty for none.
export function problemText(reason: string): string {
  if (!reason) return "";
  return texts[reason] ?? "Something went wrong. Start again, or ask the operator of this server.";
}
