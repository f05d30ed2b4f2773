import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { getWorkspace, updateWorkspace, type Workspace } from "../../api/manage";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { Skeleton } from "../../ui/Skeleton";
import { useToast } from "../../ui/Toast";
import { CreateKey } from "../keys/CreateKey";
import { KeyList } from "../keys/KeyList";
import { Crumbs } from "../parts/Crumbs";
import { Facts } from "../parts/Facts";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { SuspensionList } from "../reports/SuspensionList";
import { pathOf, useAddress } from "../routes";
import { keysOf, titleOf } from "./words";

// WorkspacePage shows a tenant to an operator: when it was created, and its keys with their budgets. It does not show
// what the tenant runs.
export default function WorkspacePage({ id }: { id: string }) {
  const words = useAddress().query.get("q") ?? "";
  const [asked, setAsked] = useState<"" | "key" | "title">("");
  const got = useQuery<Workspace, Failure>({ queryKey: ["workspaces", "one", id], queryFn: () => getWorkspace(id) });
  const w = got.data;
  useTitle(w ? titleOf(w) : id);
  const close = () => setAsked("");
  return (
    <>
      <Crumbs list="Workspaces" href={pathOf.workspaces()} here={id} />
      <div className={page.head}>
        <h1 className={page.title}>{w ? titleOf(w) : id}</h1>
        {w && <Button onClick={() => setAsked("title")}>Change the title</Button>}
      </div>
      {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
      {got.isPending && <Skeleton height={160} />}
      {w && (
        <>
          <section className={page.panel} aria-label="The workspace">
            <Facts
              facts={[
                ["Id", <code key="id">{id}</code>],
                ["Created", moment(w.createTime ?? "")],
                ["Keys that work", keysOf(w)],
                ["People", w.people ?? 0],
              ]}
            />
          </section>
          <SuspensionList workspace={id} lifts />
          <div className={page.section}>
            <div className={page.head}>
              <h2 className={page.title}>Keys</h2>
              <Search label="Search keys" />
              <Button look="filled" icon="plus" onClick={() => setAsked("key")}>
                Create a key
              </Button>
            </div>
            <KeyList workspace={id} words={words} hrefOf={(key) => pathOf.tenantKey(id, key)} />
          </div>
        </>
      )}
      {asked === "key" && <CreateKey workspace={id} onClose={close} />}
      {w && asked === "title" && <ChangeTitle of={w} id={id} onClose={close} />}
    </>
  );
}

function ChangeTitle({ of: w, id, onClose }: { of: Workspace; id: string; onClose: () => void }) {
  const queries = useQueryClient();
  const say = useToast();
  const change = async (form: FormData) => {
    await updateWorkspace(id, { title: textOf(form, "title").trim() });
    await queries.invalidateQueries({ queryKey: ["workspaces"] });
    say("The title is changed");
  };
  return (
    <FormDialog
      title="Change the title"
      description="Visitors of its links see it."
      action="Save"
      onSubmit={change}
      onClose={onClose}
    >
      {(failure) => (
        <Field label="Title" error={errorAt(failure, "workspace.title")}>
          {(d) => <Input {...d} name="title" maxLength={200} defaultValue={w.title ?? ""} />}
        </Field>
      )}
    </FormDialog>
  );
}
