import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { listCredentials } from "../../api/manage";
import { listRuns, type Workflow } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";
import { dismiss, dismissed } from "./dismissed";
import style from "./FirstRun.module.css";

export interface FirstSteps {
  pending: boolean; // whether they are shown is not known yet
  done: { ran: boolean; key: boolean } | undefined; // undefined: they are not shown
  close: () => void;
}

// useFirstSteps asks the server which steps are done, also by other people or clients. The page waits for the answer,
// so that nothing on it moves.
export function useFirstSteps(wanted: boolean): FirstSteps {
  const me = useMe();
  const { workspace } = me;
  const [gone, setGone] = useState(() => dismissed(me));
  const done = useQuery({
    queryKey: ["first-run", workspace],
    queryFn: async () => {
      const runs = listRuns(workspace, { workflow: "", share: "", key: "", state: "RUN_STATE_SUCCEEDED" }, "");
      const keys = listCredentials(workspace, "", "");
      // The demo comes with one run, of the example of its link.
      const ran = (await runs).rows.length > 1 || (await runs).rows.some((r) => !r.share);
      return { ran, key: (await keys).rows.length > 0 };
    },
    enabled: wanted && !gone,
  });
  const shown = wanted && !gone;
  return {
    pending: shown && done.isPending,
    done: shown ? done.data : undefined,
    close: () => (dismiss(me), setGone(true)),
  };
}

// FirstRun has the three first steps of an owner.
export function FirstRun({ workflows, steps }: { workflows: Workflow[]; steps: FirstSteps }) {
  const { workspace } = useMe();
  const { done, close } = steps;
  if (!done) return null;
  const shared = workflows.some((w) => (w.activeShares ?? 0) + (w.pausedShares ?? 0) > 0);
  const ticks = [done.ran, shared, done.key];
  if (ticks.every(Boolean)) return null;
  const first = workflows[0]?.name?.split("/")[3];
  const next = ticks.indexOf(false);
  const look = (i: number) => (i === next ? "filled" : "outline");
  return (
    <section className={style.first} aria-labelledby="first">
      <div className={style.head}>
        <h2 id="first">First steps</h2>
        <Button look="ghost" size={28} onClick={close}>
          Dismiss
        </Button>
      </div>
      <ol className={style.steps}>
        <Step number={1} done={ticks[0]!} title="Run the demo" help="A workflow with its sample">
          <Button
            size={28}
            look={look(0)}
            onClick={() => navigate(first ? pathOf.edit(workspace, first) : pathOf.template(workspace, "read-text"))}
          >
            Open it
          </Button>
        </Step>
        <Step number={2} done={ticks[1]!} title="Share it" help="A link that anyone can open">
          <Button
            size={28}
            look={look(1)}
            disabled={!first}
            onClick={() => navigate(pathOf.workflow(workspace, first ?? ""))}
          >
            Share
          </Button>
        </Step>
        <Step number={3} done={ticks[2]!} title="Add a provider key" help="For steps that ask OpenAI and others">
          <Button size={28} look={look(2)} onClick={() => navigate(pathOf.addCredential(workspace))}>
            Add
          </Button>
        </Step>
      </ol>
    </section>
  );
}

interface StepProps {
  number: number;
  done: boolean;
  title: string;
  help: string;
  children: ReactNode;
}

function Step({ number, done, title, help, children }: StepProps) {
  return (
    <li className={style.step}>
      <span className={done ? style.done : style.number} aria-hidden="true">
        {done ? <Icon name="check" size={14} /> : number}
      </span>
      <span className={style.words}>
        <strong>{title}</strong>
        <span className={style.help}>{done ? "Done" : help}</span>
      </span>
      {!done && children}
    </li>
  );
}
