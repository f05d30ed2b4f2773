import { useQueryClient } from "@tanstack/react-query";
import { signOut } from "../../api/session";
import { navigate } from "../routes";

// useSignOut ends the session, and removes all data of the workspace from the page.
export function useSignOut() {
  const queries = useQueryClient();
  return async () => {
    const elsewhere = await signOut();
    navigate("/", true);
    queries.clear();
    await queries.invalidateQueries({ queryKey: ["me"] });
    window.location.replace(elsewhere || "/");
  };
}
