// Sessions. The server keeps the token in a cookie that no script can read.
import { Failure, failureOf, networkFailure } from "./failure";
import { parse } from "../json/exact";
import { whoami, type Whoami } from "./client";

// Credential is what signs in: a key, or the code of a sign-in link.
export type SignInWith = { key: string } | { code: string };

export function signIn(credential: SignInWith): Promise<void> {
  return post<void>("/app/sign-in", credential);
}

export function signOut(): Promise<void> {
  return post<void>("/app/sign-out", {});
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

// me returns who is signed in, or null.
export async function me(): Promise<Whoami | null> {
  try {
    const who = await whoami("");
    return who.role === "guest" ? null : who;
  } catch (cause) {
    if (cause instanceof Failure && cause.reason === "UNAUTHENTICATED") return null; // the session has ended
    throw cause;
  }
}
