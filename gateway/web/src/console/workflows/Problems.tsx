import { sentence } from "../../api/explain";
import type { Inspection } from "../../api/owner";
import { Notice } from "../../ui/Tag";
import style from "./Workflow.module.css";

interface Props {
  inspection: Inspection;
  what?: string; // what the sentences are about
}

// Problems says what keeps a workflow from running, or from being shared.
export function Problems({ inspection, what = "It" }: Props) {
  const groups: { title: string; lines: string[] }[] = [
    { title: `${what} cannot run yet`, lines: [...(inspection.problems ?? []), ...missingOf(inspection)].map(lineOf) },
    {
      title: what === "It" ? "Some steps cannot run here" : `${what} has steps that cannot run here`,
      lines: (inspection.notRunnable ?? []).map((s) => lineOf({ step: s.step, message: s.message })),
    },
    { title: `${what} cannot be shared yet`, lines: (inspection.sharingProblems ?? []).map(lineOf) },
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

// missingOf are the models and credentials that the definition names and that do not exist.
function missingOf({ models, slots }: Inspection): { step?: string; field?: string; message: string }[] {
  return [
    ...(models ?? [])
      .filter((m) => m.missing)
      .map((m) => ({ step: m.step, message: m.advice || `there is no model ${m.modelId}` })),
    ...(slots ?? [])
      .filter((s) => s.credentialMissing)
      .map((s) => ({ step: s.step, field: s.field, message: `there is no credential ${s.credential?.split("/")[3]}` })),
  ];
}

function lineOf(problem: { step?: string; field?: string; message?: string }): string {
  const place = [problem.step, problem.field].filter(Boolean).join(".");
  return place ? `${place}: ${sentence(problem.message ?? "")}` : sentence(problem.message ?? "");
}
