import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createKey } from "../../api/manage";
import { Field, Input } from "../../ui/Field";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { BudgetFields, budgetOf } from "./BudgetFields";
import { ShownOnce } from "./ShownOnce";

// CreateKey makes a key and shows it once.
export function CreateKey({ workspace, onClose }: { workspace: string; onClose: () => void }) {
  const queries = useQueryClient();
  const [made, setMade] = useState("");
  const create = async (form: FormData) => {
    const budget = budgetOf(form);
    const key = await createKey(workspace, { title: textOf(form, "title").trim(), ...(budget && { budget }) });
    setMade(key.key ?? "");
    await queries.invalidateQueries({ queryKey: ["keys", workspace] });
  };
  if (made) return <ShownOnce title="Your new key" text={made} onClose={onClose} />;
  return (
    <FormDialog
      title="Create a key"
      description="For a person, a program or a link. Its budget is what it may cost at most."
      action="Create"
      onSubmit={create}
      onClose={onClose}
      stays
    >
      {(failure) => (
        <>
          <Field label="Title" optional error={errorAt(failure, "key.title")} help="Who or what uses it.">
            {(d) => <Input {...d} name="title" maxLength={200} />}
          </Field>
          <BudgetFields failure={failure} />
        </>
      )}
    </FormDialog>
  );
}
