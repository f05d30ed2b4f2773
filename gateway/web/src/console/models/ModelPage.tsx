import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Failure } from "../../api/failure";
import { deleteModel, getModel, updateModel, type Model } from "../../api/manage";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { Skeleton } from "../../ui/Skeleton";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { Confirm } from "../parts/Confirm";
import { Crumbs } from "../parts/Crumbs";
import { Facts } from "../parts/Facts";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";
import { canTry } from "./trial";
import { Visibility } from "./ModelsPage";
import { Versions } from "./Versions";

const TryModel = lazy(() => import("./TryModel"));

// ModelPage shows one model with its versions.
export default function ModelPage({ id }: { id: string }) {
  const { workspace, owner, editor } = useMe();
  const path = { workspace, model: id };
  const queries = useQueryClient();
  const say = useToast();
  const [asked, setAsked] = useState<"" | "change" | "delete">("");
  const got = useQuery<Model, Failure>({ queryKey: ["models", workspace, "one", id], queryFn: () => getModel(path) });
  const m = got.data;
  useTitle(m?.title || id);
  const refresh = () => queries.invalidateQueries({ queryKey: ["models", workspace] });
  const change = async (form: FormData) => {
    const visibility = textOf(form, "visibility") as NonNullable<Model["visibility"]>;
    await updateModel(path, { title: textOf(form, "title").trim(), visibility });
    await refresh();
    say("The model is changed");
  };
  const remove = async () => {
    await deleteModel(path);
    await refresh();
    say("The model is deleted");
    navigate(pathOf.models(workspace), true);
  };
  return (
    <>
      <Crumbs list="Models" href={pathOf.models(workspace)} here={id} />
      <div className={page.head}>
        <h1 className={page.title}>{m?.title || id}</h1>
        {m && owner && (
          <span className={page.actions}>
            <Button onClick={() => setAsked("change")}>Change</Button>
            <Button look="danger" onClick={() => setAsked("delete")}>
              Delete
            </Button>
          </span>
        )}
      </div>
      {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
      {got.isPending && <Skeleton height={160} />}
      {m && (
        <>
          <section className={page.panel} aria-label="The model">
            <Facts
              facts={[
                ["Task", m.task],
                ["Who may use it", <Visibility key="visibility" of={m} />],
                ["Newest version", m.latestVersion || "None is ready"],
                ["In a workflow", <code key="id">{`${workspace}/${id}/${m.latestVersion || 1}`}</code>],
                ["Added", ago(m.createTime)],
              ]}
            />
          </section>
          {editor && !!m.latestVersion && canTry(m.task) && (
            <Suspense
              fallback={
                <div className={page.section}>
                  <Skeleton height={200} />
                </div>
              }
            >
              <TryModel model={m} />
            </Suspense>
          )}
          <Versions path={path} onChanged={refresh} />
        </>
      )}
      {m && asked === "change" && (
        <FormDialog
          title="Change the model"
          description="A private model can still run behind a link of yours, without leaving this server."
          action="Save"
          onSubmit={change}
          onClose={() => setAsked("")}
        >
          {(failure) => (
            <>
              <Field label="Title" optional error={errorAt(failure, "model.title")}>
                {(d) => <Input {...d} name="title" maxLength={200} defaultValue={m.title ?? ""} />}
              </Field>
              <Field label="Who may use it">
                {(d) => (
                  <Select
                    {...d}
                    name="visibility"
                    defaultValue={m.visibility === "VISIBILITY_PUBLIC" ? m.visibility : "VISIBILITY_PRIVATE"}
                    options={[
                      { value: "VISIBILITY_PRIVATE", label: "Keys of this workspace" },
                      { value: "VISIBILITY_PUBLIC", label: "Every key" },
                    ]}
                  />
                )}
              </Field>
            </>
          )}
        </FormDialog>
      )}
      {asked === "delete" && (
        <Confirm
          title="Delete this model?"
          text="Its versions and weights are deleted. Workflows that use it stop working. This cannot be undone."
          action="Delete the model"
          danger
          onConfirm={remove}
          onClose={() => setAsked("")}
        />
      )}
    </>
  );
}
