import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createWorkspace, listWorkspaces, type Workspace } from "../../api/manage";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Field, Input } from "../../ui/Field";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { idOf, keysOf, titleOf } from "./words";

// WorkspacesPage lists the tenants of the installation, for operators.
export default function WorkspacesPage() {
  useTitle("Workspaces");
  const words = useAddress().query.get("q") ?? "";
  const [making, setMaking] = useState(false);
  const list = useList<Workspace>(["workspaces", words], (token) => listWorkspaces(words, token));
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Workspaces</h1>
        <Search label="Search workspaces" />
        <Button look="filled" icon="plus" onClick={() => setMaking(true)}>
          Create a workspace
        </Button>
      </div>
      <p className={page.hintLine}>
        The tenants of this installation. You set the budgets of their keys; what they build and run is theirs.
      </p>
      <Listing<Workspace>
        caption="Workspaces"
        list={list}
        keyOf={(w) => w.name ?? ""}
        searched={words !== ""}
        empty={<EmptyState icon="cloud" title="No workspaces" />}
        columns={[
          {
            id: "name",
            head: "Name",
            cell: (w) => (
              <span className={page.name}>
                <Link href={pathOf.tenant(idOf(w))}>{titleOf(w)}</Link>
                <span className={page.quiet}>{idOf(w)}</span>
              </span>
            ),
          },
          { id: "keys", head: "Keys", cell: keysOf },
          { id: "people", head: "People", number: true, cell: (w) => w.people ?? 0 },
          { id: "made", head: "Created", cell: (w) => ago(w.createTime) },
        ]}
      />
      {making && <Create onClose={() => setMaking(false)} />}
    </>
  );
}

function Create({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const say = useToast();
  const create = async (form: FormData) => {
    const id = textOf(form, "id").trim();
    await createWorkspace(id, { title: textOf(form, "title").trim() });
    await queries.invalidateQueries({ queryKey: ["workspaces"] });
    say(`Workspace ${id} is created. Create its first key next.`);
    navigate(pathOf.tenant(id));
  };
  return (
    <FormDialog
      title="Create a workspace"
      description="A tenant with keys, credentials, models and workflows of its own."
      action="Create"
      onSubmit={create}
      onClose={onClose}
    >
      {(failure) => (
        <>
          <Field
            label="Id"
            error={errorAt(failure, "workspace_id")}
            help="Lower-case letters, digits and hyphens. It never changes."
          >
            {(d) => <Input {...d} name="id" required maxLength={40} pattern="[a-z][a-z0-9\-]{1,38}[a-z0-9]" />}
          </Field>
          <Field
            label="Title"
            optional
            error={errorAt(failure, "workspace.title")}
            help="Visitors of its links see it."
          >
            {(d) => <Input {...d} name="title" maxLength={200} />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
