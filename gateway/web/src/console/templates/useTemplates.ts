import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import type { WorkflowPath } from "../../api/owner";
import { getTemplate, listTemplates, makeFrom, type Template } from "../../api/templates";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";

const forever = { staleTime: Infinity, refetchOnWindowFocus: false };

export function useTemplates() {
  return useQuery<Template[], Failure>({ queryKey: ["templates"], queryFn: listTemplates, ...forever });
}

export function useTemplate(id: string) {
  return useQuery<Template, Failure>({ queryKey: ["template", id], queryFn: () => getTemplate(id), ...forever });
}

// useMake makes a workflow from a template and opens the editor on it, with the sample.
export function useMake() {
  const { workspace } = useMe();
  const queries = useQueryClient();
  return useMutation<WorkflowPath, Failure, string>({
    mutationFn: (id) => makeFrom(workspace, id),
    onSuccess: ({ workflow }, id) => {
      void queries.invalidateQueries({ queryKey: ["workflows", workspace] });
      navigate(`${pathOf.edit(workspace, workflow)}?template=${id}`);
    },
  });
}

// pictureOf is a JPEG of the catalogue, to show.
export const pictureOf = (base64: string | undefined) => (base64 ? `data:image/jpeg;base64,${base64}` : undefined);

// needsOf says what a template needs: "Needs an OpenAI key".
export function needsOf(template: Template): string {
  const words = (template.needs ?? []).map((n) => n.title ?? "");
  return words.length === 0 ? "" : `Needs ${words.join(" and ")}`;
}
