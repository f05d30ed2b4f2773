import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Sample } from "../../api/client";
import type { Failure } from "../../api/failure";
import { getTemplate, type Template } from "../../api/templates";
import { useAddress } from "../../console/routes";

// useTemplateSample returns the sample of the template that the address names. A workflow that
// was just made from it has no samples of its own yet.
export function useTemplateSample(): Sample[] | undefined {
  const id = useAddress().query.get("template") ?? "";
  const { data } = useQuery<Template, Failure>({
    queryKey: ["template", id],
    queryFn: () => getTemplate(id),
    enabled: /^[a-z0-9-]{1,63}$/.test(id),
    staleTime: Infinity,
  });
  return useMemo(() => {
    const inputs = Object.entries((data?.inputs ?? {}) as Record<string, unknown>);
    return inputs.length > 0 ? inputs.map(([input, value]) => ({ input, value, title: "" })) : undefined;
  }, [data]);
}
