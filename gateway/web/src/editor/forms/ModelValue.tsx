import { useQuery } from "@tanstack/react-query";
import { modelsOf, type Model } from "../../api/editor";
import type { Failure } from "../../api/failure";
import { words } from "../../graph/stepsOf";
import { Combobox } from "../../ui/Combobox";
import type { Field } from "../catalogue/fields";
import { useEditing } from "../context";

interface Props {
  field: Field;
  value: unknown;
  placeholder?: string;
  onChange: (value: unknown) => void;
}

// ModelValue offers the models of the workspace, those for the task of the block first. Another
// id can be typed: "workspace/model/1".
export function ModelValue({ field, value, placeholder, onChange }: Props) {
  const { path } = useEditing();
  const list = useQuery<Model[], Failure>({
    queryKey: ["models", path.workspace, "all"],
    queryFn: () => modelsOf(path.workspace),
    staleTime: 30_000,
  });
  const fits = (m: Model) => m.task === field.task;
  const choices = (list.data ?? [])
    .filter((m) => (m.latestVersion ?? 0) > 0)
    .sort((a, b) => Number(fits(b)) - Number(fits(a)))
    .map((m) => ({
      value: idOf(m),
      label: m.title || idOf(m),
      icon: "model",
      note: [fits(m) ? "" : "other task:", words(m.task ?? "").toLowerCase()].filter(Boolean).join(" "),
    }));
  const now = typeof value === "string" ? value : "";
  return (
    <Combobox
      label={field.title}
      value={now}
      shown={choices.find((c) => c.value === now)?.label ?? now}
      onChange={(id) => onChange(id)}
      placeholder={placeholder ?? "Choose a model"}
      choices={choices}
      free
      empty="No model matches. Type an id: workspace/model/1."
    />
  );
}

function idOf(m: Model): string {
  const [, workspace = "", , model = ""] = (m.name ?? "").split("/");
  return `${workspace}/${model}/${m.latestVersion}`;
}
