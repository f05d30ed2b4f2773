import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Failure } from "../../api/failure";
import { getWorkflow, inspect, type Inspection, type Workflow } from "../../api/owner";
import { HowItWorks } from "../../graph/HowItWorks";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { Tabs } from "../../ui/Tabs";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { DraftProblems } from "./DraftProblems";
import { History } from "./History";
import { Links } from "./Links";
import { Problems } from "./Problems";
import style from "./Workflow.module.css";

const DeleteWorkflow = lazy(() => import("./DeleteWorkflow"));
const ShareDialog = lazy(() => import("../share/ShareDialog"));

// WorkflowPage shows a workflow to its owner: graph, links, versions.
export default function WorkflowPage({ workflow }: { workflow: string }) {
  const { workspace, editor } = useMe();
  const path = { workspace, workflow };
  const saved = useQuery<Workflow, Failure>({
    queryKey: ["workflow", workspace, workflow],
    queryFn: () => getWorkflow(path),
  });
  const found = useQuery<Inspection, Failure>({
    queryKey: ["inspection", workspace, workflow],
    queryFn: () => inspect(path),
    enabled: !!saved.data?.liveVersion, // before, there is nothing to look at
  });
  // Which link the dialog shows: "" for the first one, null while it is closed.
  const { query } = useAddress();
  const asked = query.has("share") && editor; // by a card of the list
  const [sharing, setSharing] = useState<string | null>(asked ? "" : null);
  const [deleting, setDeleting] = useState(false);
  const title = saved.data?.title || workflow;
  useTitle(title);
  return (
    <>
      <nav aria-label="Breadcrumb" className={style.crumbs}>
        <Link href={pathOf.workflows(workspace)}>Workflows</Link> / <span aria-current="page">{workflow}</span>
      </nav>
      <div className={page.head}>
        <div className={style.name}>
          <h1 className={page.title}>{title}</h1>
          {saved.data && <LiveTag version={saved.data.liveVersion ?? 0} />}
        </div>
        {editor ? (
          <>
            <Button icon="trash" disabled={!saved.data || !!saved.data.deleteTime} onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button icon="pencil" disabled={!saved.data} onClick={() => navigate(pathOf.edit(workspace, workflow))}>
              Edit
            </Button>
            <Button look="filled" icon="link" disabled={!saved.data?.liveVersion} onClick={() => setSharing("")}>
              Share Workflow
            </Button>
          </>
        ) : (
          <span className={page.quiet}>You can read this workflow. Editors and owners share it.</span>
        )}
      </div>
      {saved.error && <Trouble failure={saved.error} onRetry={() => void saved.refetch()} />}
      {saved.data?.description && <p className={page.lead}>{saved.data.description}</p>}
      {saved.data?.forkedFrom && <p className={page.quiet}>Forked from {saved.data.forkedFrom}.</p>}
      {found.error && !saved.error && <Trouble failure={found.error} onRetry={() => void found.refetch()} />}
      {found.data && <Problems inspection={found.data} />}
      {saved.data && <DraftProblems path={path} live={saved.data.versionHash ?? ""} />}
      <div className={page.section}>
        {found.data?.graph ? (
          <HowItWorks graph={found.data.graph} definition={definitionOf(saved.data)} steps={{}} />
        ) : (
          found.isFetching && <Skeleton height={180} />
        )}
      </div>
      {saved.data && (
        <>
          <Tabs
            label="Of this workflow"
            className={page.section}
            value={query.get("tab") === "history" ? "history" : "links"}
            onChange={(tab) => setQuery({ tab: tab === "history" ? tab : "" })}
            tabs={[
              { id: "links", label: "Links", content: <Links path={path} onOpen={(share) => setSharing(share)} /> },
              { id: "history", label: "History", content: <History path={path} live={saved.data.liveVersion ?? 0} /> },
            ]}
          />
        </>
      )}
      <Suspense fallback={null}>
        {deleting && <DeleteWorkflow path={path} title={title} onClose={() => setDeleting(false)} />}
        {sharing !== null && found.data && (
          <ShareDialog
            path={path}
            title={title}
            inspection={found.data}
            start={sharing}
            onClose={() => (setSharing(null), asked && navigate(pathOf.workflow(workspace, workflow), true))}
          />
        )}
      </Suspense>
    </>
  );
}

function LiveTag({ version }: { version: number }) {
  return version > 0 ? <Tag tone="good">Version {version} is live</Tag> : <Tag>Not published</Tag>;
}

function definitionOf(workflow: Workflow | undefined): Record<string, unknown> | undefined {
  return workflow?.definition as Record<string, unknown> | undefined;
}
