import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createModel, listModels, type Model } from "../../api/manage";
import { EmptyState } from "../../ui/EmptyState";
import { Field, Input } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { Tag } from "../../ui/Tag";
import { ago } from "../parts/ago";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { Aliases } from "./Aliases";
import { DropFile } from "./DropFile";
import { useUpload } from "./useUpload";
import { idFrom, idOfModel, tasks } from "./words";

// ModelsPage lists the models of the workspace. A dropped file becomes a new one.
export default function ModelsPage() {
  useTitle("Models");
  const { workspace, owner } = useMe();
  const words = useAddress().query.get("q") ?? "";
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const upload = useUpload();
  const list = useList<Model>(["models", workspace, words], (token) => listModels(workspace, words, token));
  const create = async (form: FormData) => {
    const model = textOf(form, "id");
    await createModel(workspace, model, { title: textOf(form, "title").trim(), task: textOf(form, "task") });
    await queries.invalidateQueries({ queryKey: ["models", workspace] });
    void upload.send({ workspace, model }, file!).then(async (ok) => {
      await queries.invalidateQueries({ queryKey: ["models", workspace] });
      if (ok) navigate(pathOf.model(workspace, model));
    });
  };
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Models</h1>
        <Search label="Search models" />
      </div>
      {owner ? (
        <DropFile upload={upload} onFile={setFile} />
      ) : (
        <p className={page.hintLine}>Only owners add and change models.</p>
      )}
      <Listing<Model>
        caption="Models"
        list={list}
        keyOf={(m) => m.name ?? ""}
        searched={words !== ""}
        empty={
          <EmptyState icon="model" title="No models yet">
            {owner ? "Upload an ONNX file." : "An owner can upload an ONNX file."} It is private until you make it
            public, and no one can download it.
          </EmptyState>
        }
        columns={[
          {
            id: "name",
            head: "Name",
            cell: (m) => (
              <span className={page.name}>
                <Link href={pathOf.model(workspace, idOfModel(m))}>{m.title || idOfModel(m)}</Link>
                <span className={page.quiet}>{idOfModel(m)}</span>
              </span>
            ),
          },
          { id: "task", head: "Task", cell: (m) => m.task },
          { id: "visibility", head: "Who may use it", cell: (m) => <Visibility of={m} /> },
          {
            id: "version",
            head: "Version",
            cell: (m) => (m.latestVersion ? `Version ${m.latestVersion}` : "Not ready"),
          },
          { id: "made", head: "Added", cell: (m) => ago(m.createTime) },
        ]}
      />
      <Aliases />
      {file && (
        <FormDialog
          title="Add a model"
          description={file.name}
          action="Upload"
          onSubmit={create}
          onClose={() => setFile(null)}
        >
          {(failure) => (
            <>
              <Field label="Id" error={errorAt(failure, "model_id")} help="Workflows name it so.">
                {(d) => (
                  <Input
                    {...d}
                    name="id"
                    mono
                    required
                    pattern="[a-z0-9][a-z0-9_\-]{0,62}"
                    defaultValue={idFrom(file.name)}
                  />
                )}
              </Field>
              <Field label="Title" optional error={errorAt(failure, "model.title")}>
                {(d) => <Input {...d} name="title" maxLength={200} />}
              </Field>
              <Field label="Task" error={errorAt(failure, "model.task")}>
                {(d) => <Select {...d} name="task" options={tasks} />}
              </Field>
            </>
          )}
        </FormDialog>
      )}
    </>
  );
}

export function Visibility({ of: m }: { of: Model }) {
  return m.visibility === "VISIBILITY_PUBLIC" ? <Tag icon="eye">Everybody</Tag> : <Tag icon="lock">This workspace</Tag>;
}
