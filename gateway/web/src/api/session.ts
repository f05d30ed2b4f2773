// Sessions. The server keeps the token in a cookie that no script can read.
import { Failure, failureOf, networkFailure } from "./failure";
import { parse } from "../json/exact";
import { whoami, type Whoami } from "./client";

// Credential is what signs in: a key, or the code of a sign-in link.
export type SignInWith = { key: string } | { code: string };

export function signIn(credential: SignInWith): Promise<void> {
  return post<void>("/app/sign-in", credential);
}

interface Location {
  location: string;
}

// startSignIn begins a sign-in with the identity provider, and returns the provider's page. next is the page of the
// console to come back to.
export async function startSignIn(next: string): Promise<string> {
  return (await post<Location>("/app/openid", { next })).location;
}

// signOut ends the session. It returns where to go to sign out at the identity provider too; empty if there is none.
export async function signOut(): Promise<string> {
  return (await post<Location>("/app/sign-out", {})).location;
}

// post sends what the server answers with a cookie. It returns the rest of the answer.
export async function post<T>(path: string, body: unknown): Promise<T> {
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
  const text = await response.text();
  if (!response.ok) throw failureOf(text, response);
  return parse(text) as T;
}

// me returns the signed-in caller, or null. A guest is passed on: the page for signing in shows what guests may do.
export async function me(onGuest: (guest: Whoami) => void): Promise<Whoami | null> {
  try {
    const who = await whoami("");
    if (who.role !== "guest") return who;
    onGuest(who);
    return null;
  } catch (cause) {
    if (cause instanceof Failure && cause.reason === "UNAUTHENTICATED") return null; // the session has ended
    throw cause;
  }
}
