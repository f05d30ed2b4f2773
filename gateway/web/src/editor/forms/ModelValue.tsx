import { useQuery } from "@tanstack/react-query";
import { modelsOf, type Model } from "../../api/editor";
import type { Failure } from "../../api/failure";
import { Input, type Described } from "../../ui/Field";
import { useId } from "react";
import { useEditing } from "../context";

interface Props {
  described: Described;
  value: unknown;
  disabled: boolean;
  placeholder?: string;
  onChange: (value: unknown) => void;
}

// ModelValue offers the models of the workspace; other ids can be typed.
export function ModelValue({ described, value, disabled, placeholder, onChange }: Props) {
  const { path } = useEditing();
  const id = useId();
  const list = useQuery<Model[], Failure>({
    queryKey: ["models", path.workspace, "all"],
    queryFn: () => modelsOf(path.workspace),
    staleTime: 30_000,
  });
  return (
    <>
      <Input
        {...described}
        mono
        list={id}
        disabled={disabled}
        placeholder={placeholder ?? "workspace/model/1"}
        value={typeof value === "string" ? value : ""}
        onChange={(e) => onChange(e.target.value === "" ? undefined : e.target.value)}
      />
      <datalist id={id}>
        {(list.data ?? [])
          .filter((m) => (m.latestVersion ?? 0) > 0)
          .map((m) => (
            <option key={m.name} value={idOf(m)}>
              {m.title || m.task}
            </option>
          ))}
      </datalist>
    </>
  );
}

function idOf(m: Model): string {
  const [, workspace = "", , model = ""] = (m.name ?? "").split("/");
  return `${workspace}/${model}/${m.latestVersion}`;
}
