import { moment } from "../../api/explain";
import { listVersions, type WorkflowPath, type WorkflowVersion } from "../../api/owner";
import { Table } from "../../ui/Table";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { idOf } from "../parts/names";
import { ShowMore } from "../parts/ShowMore";
import { pinnedWords } from "../parts/words";

// Versions lists the versions of a workflow, newest first.
export function Versions({ path, live }: { path: WorkflowPath; live: number }) {
  const list = useList<WorkflowVersion>(["versions", path.workspace, path.workflow], (token) =>
    listVersions(path, token),
  );
  return (
    <section className={page.section} aria-labelledby="versions">
      <h2 className={page.sub} id="versions">
        Versions
      </h2>
      {list.error ? (
        <Trouble failure={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Table<WorkflowVersion>
          caption="Versions of this workflow"
          rows={list.rows}
          keyOf={(v) => v.number ?? 0}
          columns={[
            {
              id: "number",
              head: "Version",
              cell: (v) => (
                <span className={page.tags}>
                  <strong>{v.number}</strong> {v.number === live && <Tag tone="good">live</Tag>}
                </span>
              ),
            },
            { id: "time", head: "Saved", cell: (v) => moment(v.createTime ?? "") },
            { id: "author", head: "Saved by", cell: (v) => v.authorTitle || idOf(v.author) },
            {
              id: "pinned",
              head: "Links",
              cell: (v) => (v.pinnedShares ? pinnedWords(v.pinnedShares) : ""),
            },
            { id: "hash", head: "SHA-256", cell: (v) => <code>{v.versionHash?.slice(0, 12)}</code> },
          ]}
        />
      )}
      <ShowMore list={list} />
    </section>
  );
}
