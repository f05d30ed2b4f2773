import { useState } from "react";
import { updateCredential, type CredentialPath } from "../../api/manage";
import type { Credential } from "../../api/owner";
import { Field, Input } from "../../ui/Field";
import { Notice } from "../../ui/Tag";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { UnitFields, unitOf, ValueField } from "./Fields";

interface Props {
  path: CredentialPath;
  credential: Credential;
  onClose: () => void;
  onDone: (said: string) => Promise<void>;
}

// Rotate replaces the value, and nothing else.
export function Rotate({ path, credential, onClose, onDone }: Props) {
  const send = async (form: FormData) => {
    await updateCredential(path, { value: textOf(form, "value").trim() });
    await onDone("The new value is stored");
  };
  return (
    <FormDialog
      title="Store a new value"
      description="It replaces the old value everywhere, within a second. The old value cannot be read or restored."
      action="Replace the value"
      onSubmit={send}
      onClose={onClose}
    >
      {(failure) => (
        <ValueField
          failure={failure}
          provider={credential.provider}
          help="Make the new key at the provider first. Delete the old one there afterwards."
        />
      )}
    </FormDialog>
  );
}

// Redirect changes where the value goes. It needs the value again: the person who gives a value decides where it may go.
export function Redirect({ path, credential, onClose, onDone }: Props) {
  const [provider, setProvider] = useState(credential.provider ?? "");
  const send = async (form: FormData) => {
    const { slotKind = "SLOT_KIND_UNSPECIFIED", slotName = "", slotPrefix = "", ...rest } = unitOf(form);
    await updateCredential(path, { ...rest, slotKind, slotName, slotPrefix });
    await onDone("The credential is changed");
  };
  return (
    <FormDialog
      title="Change where it goes"
      description="Provider, hosts and place belong to the value, so enter the value again."
      action="Change"
      onSubmit={send}
      onClose={onClose}
    >
      {(failure) => (
        <>
          <Notice role="note">Links that use it hidden are suspended until you resume them.</Notice>
          <UnitFields failure={failure} now={credential} onProvider={setProvider} />
          <ValueField failure={failure} provider={provider} help="The same value or a new one." />
        </>
      )}
    </FormDialog>
  );
}

// Rename changes the title.
export function Rename({ path, credential, onClose, onDone }: Props) {
  const send = async (form: FormData) => {
    await updateCredential(path, { title: textOf(form, "title").trim() });
    await onDone("The title is changed");
  };
  return (
    <FormDialog
      title="Rename"
      description="The id stays: workflows name the credential by it."
      action="Rename"
      onSubmit={send}
      onClose={onClose}
    >
      {(failure) => (
        <Field label="Title" optional error={errorAt(failure, "credential.title")}>
          {(d) => <Input {...d} name="title" maxLength={200} defaultValue={credential.title ?? ""} />}
        </Field>
      )}
    </FormDialog>
  );
}
