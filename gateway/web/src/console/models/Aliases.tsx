import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createAlias, deleteAlias, listAliases, listModels, type Model, type ModelAlias } from "../../api/manage";
import type { Failure } from "../../api/failure";
import type { Page } from "../../api/owner";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Field, Input } from "../../ui/Field";
import { Select } from "../../ui/Select";
import type { Column } from "../../ui/Table";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { Confirm } from "../parts/Confirm";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { useList } from "../parts/useList";
import { useMe } from "../session";
import { idOfModel } from "./words";

const form = "[A-Za-z0-9][A-Za-z0-9._\\-]*(/[A-Za-z0-9][A-Za-z0-9._\\-]*){0,2}";

// Aliases lists the names that workflows may have for models, and adds and deletes them.
export function Aliases() {
  const { workspace, owner } = useMe();
  const queries = useQueryClient();
  const say = useToast();
  const [adding, setAdding] = useState(false);
  const [asked, setAsked] = useState<ModelAlias | null>(null);
  const list = useList<ModelAlias>(["models", workspace, "aliases"], (token) => listAliases(workspace, token));
  const models = useQuery<Page<Model>, Failure>({
    queryKey: ["models", workspace, "choice"],
    queryFn: () => listModels(workspace, "", ""),
    enabled: adding,
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ["models", workspace] });
  const add = async (data: FormData) => {
    await createAlias(workspace, textOf(data, "alias").trim(), textOf(data, "model"));
    await refresh();
    say("The name is mapped");
  };
  const remove = async () => {
    await deleteAlias(workspace, asked?.name?.split("/")[3] ?? "");
    await refresh();
    say("The name is not mapped any more");
  };
  const actions: Column<ModelAlias> = {
    id: "do",
    head: "Actions",
    cell: (a) => (
      <Button size={28} aria-label={`Remove ${a.alias}`} onClick={() => setAsked(a)}>
        Remove
      </Button>
    ),
  };
  return (
    <section className={page.section} aria-labelledby="aliases">
      <div className={page.head}>
        <h2 className={page.sub} id="aliases">
          Other names
        </h2>
        {owner && (
          <span className={page.actions}>
            <Button icon="plus" onClick={() => setAdding(true)}>
              Map a name
            </Button>
          </span>
        )}
      </div>
      <p className={page.quiet}>
        Workflows from elsewhere name models such as yolov8n-640 or coco/3. Map such a name to a model, and they run. A
        link keeps the model that it has.
      </p>
      <Listing<ModelAlias>
        caption="Other names of models"
        list={list}
        keyOf={(a) => a.name ?? ""}
        empty={<EmptyState icon="model" title="No names are mapped" />}
        columns={[
          { id: "alias", head: "In workflows", cell: (a) => <code>{a.alias}</code> },
          { id: "model", head: "Model", cell: (a) => <code>{short(workspace, a.model)}</code> },
          { id: "task", head: "Task", cell: (a) => a.task || "The model is gone" },
          { id: "made", head: "Changed", cell: (a) => ago(a.updateTime) },
          ...(owner ? [actions] : []),
        ]}
      />
      {adding && models.data && (
        <FormDialog
          title="Map a name to a model"
          description="Your own runs follow the map. Links keep the model that they have."
          action="Map"
          onSubmit={add}
          onClose={() => setAdding(false)}
        >
          {(failure) => (
            <>
              <Field label="Name in workflows" error={errorAt(failure, "model_alias.alias")}>
                {(d) => <Input {...d} name="alias" mono required pattern={form} placeholder="yolov8n-640" />}
              </Field>
              <Field label="Model" error={errorAt(failure, "model_alias.model")}>
                {(d) => (
                  <Select
                    {...d}
                    name="model"
                    options={(models.data.rows ?? []).map((m) => ({ value: m.name ?? "", label: idOfModel(m) }))}
                  />
                )}
              </Field>
            </>
          )}
        </FormDialog>
      )}
      {asked && (
        <Confirm
          title={`Remove ${asked.alias}?`}
          text="Workflows that use this name do not run until it is mapped again. Links keep the model that they have."
          action="Remove the name"
          danger
          onConfirm={remove}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

// short leaves the workspace out of the name of one of its own models.
function short(workspace: string, name = ""): string {
  const parts = name.split("/");
  const id = [parts[3], parts[5]].filter(Boolean).join("/");
  return parts[1] === workspace ? id : `${parts[1]}/${id}`;
}
