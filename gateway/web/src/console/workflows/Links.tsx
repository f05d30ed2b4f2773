import { listShares, type Share, type WorkflowPath } from "../../api/owner";
import { Button } from "../../ui/Button";
import { CopyButton } from "../../ui/CopyButton";
import { EmptyState } from "../../ui/EmptyState";
import { Table } from "../../ui/Table";
import page from "../parts/Page.module.css";
import { ShowMore } from "../parts/ShowMore";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useMe } from "../session";
import { StateTag } from "../share/StateTag";
import { idOf, linkOf, titleOf } from "../share/share";

// Links lists the links of a workflow.
export function Links({ path, onOpen }: { path: WorkflowPath; onOpen: (share: string) => void }) {
  const { editor } = useMe();
  const list = useList<Share>(["shares", path.workspace, path.workflow, "list"], (token) => listShares(path, token));
  return (
    <section className={page.section} aria-labelledby="links">
      <h2 className={page.sub} id="links">
        Links
      </h2>
      {list.error ? (
        <Trouble failure={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Table<Share>
          caption="Links of this workflow"
          rows={list.rows}
          keyOf={(s) => s.name ?? ""}
          empty={
            <EmptyState icon="link" title={list.isPending ? "Loading" : "No links yet"}>
              A link lets people view, run and fork this workflow. Your keys stay yours.
            </EmptyState>
          }
          columns={[
            { id: "title", head: "Link", cell: (s) => <strong>{titleOf(s)}</strong> },
            { id: "state", head: "State", cell: (s) => <StateTag share={s} /> },
            { id: "version", head: "Version", cell: (s) => (s.followLive ? "live" : s.version) },
            {
              id: "pays",
              head: "Runs are paid by",
              cell: (s) => (s.runAccess === "RUN_ACCESS_OWNER" ? "your key" : "the visitor"),
            },
            {
              id: "do",
              head: "Actions",
              cell: (s) => (
                <span className={page.actions}>
                  <CopyButton size={28} text={linkOf(s)} label="Copy" name={`Copy the link ${titleOf(s)}`} />
                  {editor && (
                    <Button size={28} aria-label={`Settings of ${titleOf(s)}`} onClick={() => onOpen(idOf(s))}>
                      Settings
                    </Button>
                  )}
                </span>
              ),
            },
          ]}
        />
      )}
      <ShowMore list={list} />
    </section>
  );
}
