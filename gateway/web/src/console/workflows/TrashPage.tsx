import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import { listTrash, purgeWorkflow, undeleteWorkflow, type Workflow } from "../../api/owner";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { Confirm } from "../parts/Confirm";
import { Crumbs } from "../parts/Crumbs";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { pathOf, useAddress } from "../routes";
import { useMe } from "../session";

const idOf = (w: Workflow) => w.name?.split("/")[3] ?? "";
const titleOf = (w: Workflow) => w.title || idOf(w);

// TrashPage lists workflows that were deleted. Editors restore them; owners delete permanently.
export default function TrashPage() {
  useTitle("Trash");
  const { workspace, owner } = useMe();
  const words = useAddress().query.get("q") ?? "";
  const queries = useQueryClient();
  const say = useToast();
  const [asked, setAsked] = useState<{ workflow: Workflow; purge: boolean } | null>(null);
  const list = useList<Workflow>(["trash", workspace, words], (token) => listTrash(workspace, words, token));
  const act = async (workflow: Workflow, purge: boolean) => {
    const path = { workspace, workflow: idOf(workflow) };
    await (purge ? purgeWorkflow(path) : undeleteWorkflow(path));
    await queries.invalidateQueries({ queryKey: ["trash", workspace] });
    void queries.invalidateQueries({ queryKey: ["workflows", workspace] });
    say(`${titleOf(workflow)} is ${purge ? "deleted permanently" : "restored"}`);
  };
  return (
    <>
      <Crumbs list="Workflows" href={pathOf.workflows(workspace)} here="Trash" />
      <div className={page.head}>
        <h1 className={page.title}>Trash</h1>
        <Search label="Search the trash" />
      </div>
      <p className={page.hintLine}>
        Deleted workflows stay here for 30 days. Their links do not work.
        {!owner && " Only owners delete permanently."}
      </p>
      <Listing<Workflow>
        caption="Trash"
        list={list}
        keyOf={(w) => w.name ?? ""}
        searched={words !== ""}
        empty={
          <EmptyState icon="trash" title="The trash is empty">
            A workflow that you delete can be restored from here.
          </EmptyState>
        }
        columns={[
          {
            id: "name",
            head: "Workflow",
            cell: (w) => (
              <span className={page.name}>
                <strong>{titleOf(w)}</strong>
                <span className={page.quiet}>{idOf(w)}</span>
              </span>
            ),
          },
          { id: "deleted", head: "Deleted", cell: (w) => ago(w.deleteTime) },
          { id: "purge", head: "Deleted permanently", cell: (w) => moment(w.purgeTime ?? "") },
          {
            id: "do",
            head: "Actions",
            cell: (w) => (
              <span className={page.actions}>
                <Button
                  size={28}
                  aria-label={`Restore ${titleOf(w)}`}
                  onClick={() => setAsked({ workflow: w, purge: false })}
                >
                  Restore
                </Button>
                {owner && (
                  <Button
                    size={28}
                    look="danger"
                    aria-label={`Delete ${titleOf(w)} permanently`}
                    onClick={() => setAsked({ workflow: w, purge: true })}
                  >
                    Delete permanently
                  </Button>
                )}
              </span>
            ),
          },
        ]}
      />
      {asked && (
        <Confirm
          title={asked.purge ? `Delete ${titleOf(asked.workflow)} permanently?` : `Restore ${titleOf(asked.workflow)}?`}
          text={
            asked.purge
              ? "Its versions, its draft and its links are gone immediately, and nobody can bring them back. Its runs stay in the list of runs."
              : "Its links work again as they did. A link that used your credentials waits until you confirm them again."
          }
          action={asked.purge ? "Delete permanently" : "Restore"}
          danger={asked.purge}
          onConfirm={() => act(asked.workflow, asked.purge)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}
