import { useQuery } from "@tanstack/react-query";
import { moment, sentence } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { getRun, type Run } from "../../api/owner";
import { Skeleton } from "../../ui/Skeleton";
import { Notice } from "../../ui/Tag";
import { Crumbs } from "../parts/Crumbs";
import { Facts } from "../parts/Facts";
import { Named } from "../parts/Named";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { Link, pathOf } from "../routes";
import { useMe, type Me } from "../session";
import { Charges } from "./Charges";
import { State, titleOf, took, wordsOfReason } from "./state";
import { Timeline } from "./Timeline";

const often = 2000; // ms between two reads of a run in progress

// RunPage shows one run: who started it and who pays, what its steps did, and what it used.
export default function RunPage({ id }: { id: string }) {
  const me = useMe();
  const { workspace } = me;
  useTitle(`Run ${id}`);
  const got = useQuery<Run, Failure>({
    queryKey: ["runs", workspace, "one", id],
    queryFn: () => getRun({ workspace, run: id }),
    refetchInterval: (query) => (query.state.data?.state === "RUN_STATE_RUNNING" ? often : false),
  });
  const run = got.data;
  return (
    <>
      <Crumbs list="Runs" href={pathOf.runs(workspace)} here={id} />
      <div className={page.head}>
        <h1 className={page.title}>{run ? titleOf(run) : "Run"}</h1>
        {run && <State run={run} />}
      </div>
      {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
      {got.isPending && <Skeleton height={200} />}
      {run && (
        <>
          <Why run={run} />
          <section className={page.panel} aria-label="The run">
            <Facts facts={factsOf(run, me)} />
          </section>
          <Timeline run={run} />
          <Charges run={run} />
          <p className={page.section}>
            Nothing else is kept: no inputs, no outputs and no pictures, of your own runs neither. A result is shown
            once, to the caller.
          </p>
        </>
      )}
    </>
  );
}

// Why says why a run failed. The owner of a link does not get the words of a visitor's run,
// because they may quote what the visitor entered.
function Why({ run }: { run: Run }) {
  if (!run.reason) return null;
  const visitors = !run.message && run.visitor;
  return (
    <div className={page.why}>
      <Notice tone={run.state === "RUN_STATE_FAILED" || run.state === "RUN_STATE_ABANDONED" ? "bad" : "plain"}>
        <strong>{sentence(run.message || wordsOfReason(run.reason))}</strong>
        {visitors && " Only the visitor gets the details: they may quote what was entered."}
      </Notice>
    </div>
  );
}

function factsOf(run: Run, me: Me): Parameters<typeof Facts>[0]["facts"] {
  const { workspace } = me;
  const workflow = run.workflow?.split("/")[3];
  const share = run.share?.split("/")[5];
  const key = (name: string, title: string | undefined) => {
    const id = name.split("/")[3] ?? "";
    const link = (words: string) => (me.owner ? <Link href={pathOf.key(workspace, id)}>{words}</Link> : words);
    return <Named title={title} id={id} link={link} />;
  };
  return [
    [
      "Workflow",
      workflow && (
        <Named
          title={run.workflowTitle}
          id={workflow}
          link={(words) => <Link href={pathOf.workflow(workspace, workflow)}>{words}</Link>}
        />
      ),
    ],
    ["Version", run.draft ? "the draft" : run.version],
    [
      "Through the link",
      share && workflow ? (
        <Named
          title={run.shareTitle}
          id={share}
          link={(words) => <Link href={pathOf.runs(workspace, { workflow, share })}>{words}</Link>}
        />
      ) : (
        run.share
      ),
    ],
    ["Started by", run.callerKey ? key(run.callerKey, run.callerKeyTitle) : run.visitor ? "a visitor" : ""],
    ["Visitor", run.visitor && <code>{run.visitor}</code>],
    ["Paid by", run.chargedKey ? key(run.chargedKey, run.chargedKeyTitle) : "the visitor"],
    ["Started", moment(run.startTime ?? "")],
    ["Took", took(run)],
  ];
}
