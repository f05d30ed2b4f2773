import type { ReactNode } from "react";
import type { LineItem, Run } from "../../api/owner";
import { hostOf, providerName } from "../../run/providers";
import { Table } from "../../ui/Table";
import { Tag } from "../../ui/Tag";
import { numbers } from "../keys/budget";
import page from "../parts/Page.module.css";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";

// Charges list what a run used: the run itself, pictures through models, and calls.
export function Charges({ run }: { run: Run }) {
  const items = run.charges ?? [];
  const calls = items.some((i) => i.kind === "credential");
  return (
    <section className={page.section} aria-labelledby="charges">
      <h2 className={page.sub} id="charges">
        Charges
      </h2>
      {run.state === "RUN_STATE_STOPPED" && (
        <p className={page.hintLine}>The link was stopped during the run, so nobody is charged for it.</p>
      )}
      {items.length === 0 ? (
        <p className={page.hint}>
          {run.state === "RUN_STATE_RUNNING" ? "They are booked when the run has ended." : "Nothing was charged."}
        </p>
      ) : (
        <Table<LineItem>
          caption="What the run used"
          rows={[...items]}
          keyOf={(_, i) => i}
          columns={[
            { id: "what", head: "What", cell: (i) => <What item={i} /> },
            { id: "step", head: "Step", cell: (i) => i.step },
            { id: "of", head: "Of", cell: (i) => <Of item={i} run={run} /> },
            ...(calls
              ? [{ id: "to", head: "Destination", cell: (i: LineItem) => (i.destination ? hostOf(i.destination) : "") }]
              : []),
            ...(calls ? [{ id: "tokens", head: "Tokens in, out", number: true, cell: tokens }] : []),
          ]}
        />
      )}
    </section>
  );
}

const words: Record<string, [one: string, many: string]> = {
  run: ["run", "runs"],
  model: ["picture", "pictures"],
  credential: ["call", "calls"],
};

function What({ item }: { item: LineItem }) {
  const n = Number(item.quantity ?? 0);
  const failed = Number(item.failed ?? 0);
  const [one, many] = words[item.kind ?? ""] ?? ["", ""];
  return (
    <span className={page.tags}>
      {numbers.format(n)} {n === 1 ? one : many}
      {failed > 0 && <Tag tone="bad">{failed} failed</Tag>}
      {item.endUnknown && <Tag tone="warn">outcome unknown</Tag>}
    </span>
  );
}

// Of names the workflow, the model or the credential. Resources of another workspace have no name here.
function Of({ item, run }: { item: LineItem; run: Run }): ReactNode {
  const me = useMe();
  const parts = (item.resource ?? "").split("/");
  const [, owner, , id = ""] = parts;
  const mine = owner === me.workspace;
  switch (item.kind) {
    case "run":
      if (!mine) return item.resource === "inline" ? "a definition that is not saved" : "";
      return `${run.workflowTitle || id}, ${parts[5] === "0" ? "the draft" : `version ${parts[5]}`}`;
    case "model":
      if (!item.resource) return "the owner's model";
      return mine ? <Link href={pathOf.model(me.workspace, id)}>{id}</Link> : item.resource;
    default:
      if (!item.resource) return "the owner's credential";
      if (parts.length < 4) return `the visitor's own, ${item.resource}`;
      return (
        <>
          {mine && me.editor ? (
            <Link href={pathOf.credential(me.workspace, id)}>{item.title || id}</Link>
          ) : (
            item.title || id
          )}
          {item.provider && ` (${providerName(item.provider)})`}
        </>
      );
  }
}

function tokens(item: LineItem): string {
  const [input, output] = [Number(item.inputTokens ?? 0), Number(item.outputTokens ?? 0)];
  return input + output > 0 ? `${numbers.format(input)}, ${numbers.format(output)}` : "";
}
