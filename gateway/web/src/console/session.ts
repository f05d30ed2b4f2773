import { createContext, useContext } from "react";
import type { Whoami } from "../api/client";

// Me is who is signed in, with the ids of its workspace and key.
export interface Me {
  workspace: string;
  key: string;
  operator: boolean;
  expires?: string;
}

export function meOf(who: Whoami): Me {
  return {
    workspace: who.workspace?.split("/")[1] ?? "",
    key: who.key?.split("/")[3] ?? "",
    operator: who.role === "operator",
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
