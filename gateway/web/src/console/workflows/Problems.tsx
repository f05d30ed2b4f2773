import { sentence } from "../../api/explain";
import type { Inspection } from "../../api/owner";
import { Notice } from "../../ui/Tag";
import style from "./Workflow.module.css";

// Problems says what keeps a workflow from running, or from being shared.
export function Problems({ inspection }: { inspection: Inspection }) {
  const groups: { title: string; lines: string[] }[] = [
    { title: "It cannot run yet", lines: (inspection.problems ?? []).map(lineOf) },
    {
      title: "Some steps cannot run here",
      lines: (inspection.notRunnable ?? []).map((s) => lineOf({ step: s.step, message: s.message })),
    },
    { title: "It cannot be shared yet", lines: (inspection.sharingProblems ?? []).map(lineOf) },
  ].filter((g) => g.lines.length > 0);
  if (groups.length === 0) return null;
  return (
    <div className={style.problems}>
      {groups.map((g) => (
        <Notice key={g.title} role="note">
          <strong>{g.title}.</strong>
          <ul>
            {g.lines.map((l, i) => (
              <li key={i}>{l}</li>
            ))}
          </ul>
        </Notice>
      ))}
    </div>
  );
}

function lineOf(problem: { step?: string; field?: string; message?: string }): string {
  const place = [problem.step, problem.field].filter(Boolean).join(".");
  return place ? `${place}: ${sentence(problem.message ?? "")}` : sentence(problem.message ?? "");
}
