import type { GraphNode } from "../api/client";
import { Icon } from "../ui/icons";
import { StepIcon } from "../result/StepIcon";
import style from "./Block.module.css";
import { categoryOf, iconOf, labelsOf } from "./stepsOf";

interface Props {
  node: GraphNode;
  state?: string;
  chosen?: boolean;
  // The keyboard is at this block.
  at?: boolean;
  id?: string;
}

// Block is one box of a graph: icon and colour by category, and the state of its step.
export function Block({ node, state, chosen, at, id }: Props) {
  const [name, title] = labelsOf(node);
  return (
    <div
      className={style.block}
      id={id}
      data-edge
      data-category={categoryOf(node)}
      data-state={state || undefined}
      data-chosen={chosen || undefined}
      data-at={at || undefined}
    >
      <span className={style.tile}>
        <Icon name={iconOf(node)} size={16} />
      </span>
      <span className={style.text}>
        <span className={style.name}>{name}</span>
        <span className={style.title}>{node.notRunnable ? `Can't run: ${node.notRunnable}` : title}</span>
      </span>
      {state && (
        <span className={style.state}>
          <StepIcon state={state} />
        </span>
      )}
      {state && <span className="sr-only">{state}</span>}
    </div>
  );
}
