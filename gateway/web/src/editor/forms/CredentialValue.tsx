import { useQuery } from "@tanstack/react-query";
import { credentialsOf } from "../../api/editor";
import type { Failure } from "../../api/failure";
import type { Credential } from "../../api/owner";
import { pathOf } from "../../console/routes";
import { providerName } from "../../run/providers";
import { Combobox } from "../../ui/Combobox";
import type { Field } from "../catalogue/fields";
import { useEditing } from "../context";

interface Props {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
}

// CredentialValue binds a credential of the workspace, by its name. A secret is never typed here.
export function CredentialValue({ field, value, onChange }: Props) {
  const { path } = useEditing();
  const list = useQuery<Credential[], Failure>({
    queryKey: ["credentials", path.workspace, "all"],
    queryFn: () => credentialsOf(path.workspace),
  });
  const fits = (c: Credential) =>
    !field.provider || field.provider === "generic" || c.provider === field.provider || c.provider === "generic";
  const choices = (list.data ?? [])
    .map((c) => ({ id: c.name?.split("/")[3] ?? "", credential: c }))
    .sort((a, b) => Number(fits(b.credential)) - Number(fits(a.credential)))
    .map(({ id, credential }) => ({
      value: `$credentials.${id}`,
      label: id,
      icon: "key",
      note: providerName(credential.provider),
    }));
  const now = typeof value === "string" && value.startsWith("$credentials") ? value : "";
  const unknown = now !== "" && now !== "$credentials" && !choices.some((c) => c.value === now);
  return (
    <Combobox
      label={field.title}
      value={now}
      onChange={onChange}
      placeholder={value !== undefined && now === "" ? "A value that is not shown" : "Choose a credential"}
      choices={[
        ...(unknown ? [{ value: now, label: now.slice("$credentials.".length), icon: "key" }] : []),
        ...choices,
        { value: "$credentials", label: "Later, or the visitor's own", note: "unbound" },
      ]}
      action={{
        label: "Create a credential",
        // In a tab of its own: the list is read again when one comes back.
        onSelect: () => void window.open(pathOf.credentials(path.workspace), "_blank", "noopener"),
      }}
      empty="There is no credential in this workspace."
    />
  );
}
