import { lazy, Suspense, useState } from "react";
import type { SharedWorkflow } from "../api/client";
import type { Failure } from "../api/failure";
import { Intro } from "./Intro";
import type { Link } from "./link";
import type { Picture } from "./picture";
import { ResultPanel } from "./result/ResultPanel";
import { RunPanel } from "./RunPanel";
import { useRun } from "./useRun";

const GraphSection = lazy(() => import("./graph/GraphSection"));

interface Props {
  link: Link;
  view: SharedWorkflow;
  ownKey: string;
  setKey: (key: string) => void;
  keyRefused: Failure | null;
  onStale: () => void;
}

// Workbench shows a workflow that visitors can run: inputs, result, graph.
export function Workbench({ link, view, ownKey, setKey, keyRefused, onStale }: Props) {
  const { run, start, cancel, refuse } = useRun(link.token);
  const [shown, setShown] = useState<Picture | null>(null); // the picture that the result belongs to
  const allowances = run.response?.allowances ?? view.allowances ?? [];
  return (
    <>
      <Intro view={view} allowances={allowances} />
      <div className="bench" id="run" tabIndex={-1}>
        <RunPanel
          view={view}
          run={run}
          ownKey={ownKey}
          setKey={setKey}
          keyRefused={keyRefused}
          onCancel={cancel}
          onRefuse={refuse}
          onRun={async (request, picture) => {
            setShown(picture);
            if (window.matchMedia("(max-width: 860px)").matches)
              document.querySelector(".result-panel")?.scrollIntoView({ block: "start" });
            const end = await start(ownKey, request);
            if (end.phase === "failed") onStale(); // the link itself may be gone
          }}
        />
        <ResultPanel view={view} run={run} input={shown} onCancel={cancel} allowances={allowances} />
      </div>
      {link.showGraph && (
        <Suspense fallback={<section className="panel graph-room" aria-busy="true" />}>
          <GraphSection view={view} steps={run.steps} />
        </Suspense>
      )}
    </>
  );
}
