import { createContext, useContext } from "react";
import type { Whoami } from "../api/client";

// Me is the signed-in caller, with the ids of its workspace and key.
export interface Me {
  workspace: string;
  key: string;
  operator: boolean;
  role: string; // "member" (an owner), "editor", "viewer" or "operator"
  owner: boolean; // may change everything, also keys, credentials, models and people
  editor: boolean; // may change workflows and links: an owner or an editor
  person: string; // its resource name; empty for a key of no person
  keyTitle: string; // what the key is called; empty if it has no title
  name: string; // what the person is called, else the title of the key
  session: string; // its resource name
  expires?: string;
}

export function meOf(who: Whoami): Me {
  return {
    workspace: who.workspace?.split("/")[1] ?? "",
    key: who.key?.split("/")[3] ?? "",
    session: who.session ?? "",
    operator: who.role === "operator",
    role: who.role ?? "",
    owner: who.role === "member",
    editor: who.role === "member" || who.role === "editor",
    person: who.person ?? "",
    keyTitle: who.keyTitle ?? "",
    name: who.personTitle || who.keyTitle || "",
    expires: who.sessionExpireTime,
  };
}

const Context = createContext<Me | null>(null);
export const MeProvider = Context.Provider;

export function useMe(): Me {
  const me = useContext(Context);
  if (!me) throw new Error("nobody is signed in");
  return me;
}
