import { chooseTheme, currentTheme } from "../../ui/theme";
import { useSignOut } from "../frame/useSignOut";
import { entriesOf } from "../frame/entries";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";

export interface Action {
  label: string;
  icon: string;
  act: () => void;
}

// useActions lists what the person may do from anywhere: pages of the rail, and actions.
export function useActions(): { pages: Action[]; actions: Action[] } {
  const me = useMe();
  const leave = useSignOut();
  const other = currentTheme() === "dark" ? "light" : "dark";
  const pages = entriesOf(me).map((e) => ({ label: e.label, icon: e.icon, act: () => navigate(e.href) }));
  const actions: Action[] = [];
  if (me.editor && !me.operator)
    actions.push({ label: "New workflow", icon: "plus", act: () => navigate(`${pathOf.workflows(me.workspace)}?new`) });
  if (me.owner)
    actions.push({ label: "Add a credential", icon: "lock", act: () => navigate(pathOf.addCredential(me.workspace)) });
  actions.push(
    { label: `Use the ${other} theme`, icon: other === "dark" ? "moon" : "sun", act: () => chooseTheme(other) },
    { label: "Sign out", icon: "external", act: () => void leave().catch(() => navigate("/app")) },
  );
  return { pages, actions };
}
