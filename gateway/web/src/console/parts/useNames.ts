import { useQuery } from "@tanstack/react-query";
import { listKeys } from "../../api/manage";
import { useMe } from "../session";

// NameOf returns the name of a resource: the title of a key, the id of everything else.
export type NameOf = (resource: string | undefined) => string;

export const idOf: NameOf = (resource) => resource?.split("/").pop() ?? "";

// useNames knows the titles of the newest keys. Only owners may list keys; others read ids.
export function useNames(): NameOf {
  const { workspace, owner } = useMe();
  const keys = useQuery({
    queryKey: ["key-titles", workspace],
    queryFn: () => listKeys(workspace, "", ""),
    enabled: owner,
    staleTime: 60_000,
  });
  const titles = new Map(keys.data?.rows.map((k) => [k.name, k.title]));
  return (resource) => titles.get(resource) || idOf(resource);
}
