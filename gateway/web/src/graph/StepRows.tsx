import { useState } from "react";
import type { Graph } from "../api/client";
import type { StepStatus } from "../run/useRun";
import { Icon } from "../ui/icons";
import { StepIcon } from "../result/StepIcon";
import block from "./Block.module.css";
import { Inspector } from "./Inspector";
import style from "./StepRows.module.css";
import { categoryOf, iconOf, labelsOf } from "./stepsOf";

interface Props {
  graph: Graph;
  definition: Record<string, unknown> | undefined;
  steps: Record<string, StepStatus>;
}

// StepRows lists the blocks from input to output, for screens with no room for a graph. It
// scrolls with the page; each row opens its settings.
export function StepRows({ graph, definition, steps }: Props) {
  const [open, setOpen] = useState("");
  const rows = [...(graph.nodes ?? [])].sort((a, b) => (a.x ?? 0) - (b.x ?? 0) || (a.y ?? 0) - (b.y ?? 0));
  return (
    <ol data-part="step-rows">
      {rows.map((n) => {
        const id = n.id ?? "";
        const [name, title] = labelsOf(n);
        const state = id.startsWith("steps.") ? steps[id.slice("steps.".length)]?.state : undefined;
        return (
          <li key={id} className={style.item}>
            <button
              type="button"
              className={style.row}
              aria-expanded={open === id}
              onClick={() => setOpen(open === id ? "" : id)}
            >
              <span className={`${block.block} ${style.tile}`} data-category={categoryOf(n)}>
                <span className={block.tile}>
                  <Icon name={iconOf(n)} />
                </span>
              </span>
              <span className={style.text}>
                <span className={style.name}>{name}</span>
                <span className={style.title}>{title}</span>
              </span>
              {state && <StepIcon state={state} />}
              <Icon name={open === id ? "up" : "down"} />
            </button>
            {open === id && <Inspector graph={graph} definition={definition} id={id} onClose={() => setOpen("")} />}
          </li>
        );
      })}
    </ol>
  );
}
