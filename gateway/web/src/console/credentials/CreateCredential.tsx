import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createCredential } from "../../api/manage";
import type { Credential } from "../../api/owner";
import { Field, Input } from "../../ui/Field";
import { useToast } from "../../ui/Toast";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { UnitFields, unitOf, ValueField } from "./Fields";

interface Props {
  workspace: string;
  onClose: () => void;
  onMade: (credential: Credential) => void;
}

// CreateCredential stores a secret.
export function CreateCredential({ workspace, onClose, onMade }: Props) {
  const queries = useQueryClient();
  const say = useToast();
  const [provider, setProvider] = useState("openai");
  const create = async (form: FormData) => {
    const made = await createCredential(workspace, textOf(form, "id"), {
      ...unitOf(form),
      title: textOf(form, "title").trim(),
    });
    await queries.invalidateQueries({ queryKey: ["credentials", workspace] });
    say("The credential is stored");
    onMade(made);
  };
  return (
    <FormDialog
      title="Add a credential"
      description="The value is sealed when it is saved. It goes only to the hosts that you name."
      action="Add"
      onSubmit={create}
      onClose={onClose}
    >
      {(failure) => (
        <>
          <UnitFields failure={failure} onProvider={setProvider} />
          <ValueField failure={failure} provider={provider} help="Nobody can read it back, not even you." />
          <Field
            label="Id"
            error={errorAt(failure, "credential_id")}
            help="Workflows name it so. Lower-case letters, digits, “-” and “_”."
          >
            {(d) => (
              <Input
                {...d}
                key={provider}
                name="id"
                mono
                required
                pattern="[a-z0-9][a-z0-9_\-]{0,62}"
                defaultValue={provider.replace(/[^a-z0-9_-]/g, "_")}
              />
            )}
          </Field>
          <Field label="Title" optional error={errorAt(failure, "credential.title")}>
            {(d) => <Input {...d} name="title" maxLength={200} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
