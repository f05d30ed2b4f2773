// Sessions. The server keeps the token in a cookie that no script can read.
import { Failure, failureOf, networkFailure } from "./failure";
import { whoami, type Whoami } from "./client";

// Credential is what signs in: a key, or the code of a sign-in link.
export type SignInWith = { key: string } | { code: string };

export function signIn(credential: SignInWith): Promise<void> {
  return post("/app/sign-in", credential);
}

export function signOut(): Promise<void> {
  return post("/app/sign-out", {});
}

async function post(path: string, body: unknown): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      redirect: "error",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw networkFailure(cause);
  }
  if (!response.ok) throw failureOf(await response.text(), response);
}

// me returns who is signed in, or null.
export async function me(): Promise<Whoami | null> {
  try {
    const who = await whoami("");
    return who.role === "member" || who.role === "operator" ? who : null;
  } catch (cause) {
    if (cause instanceof Failure && cause.reason === "UNAUTHENTICATED") return null; // the session has ended
    throw cause;
  }
}
