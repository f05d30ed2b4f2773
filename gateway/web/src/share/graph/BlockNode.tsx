import { Handle, Position, type NodeProps, type Node } from "@xyflow/react";
import { memo } from "react";
import type { GraphNode } from "../../api/client";
import { Icon } from "../../ui/icons";
import { useStepState } from "./steps";

export type BlockData = { node: GraphNode };

// BlockNode is one box, with icon and colour by category and the state of its step.
export const BlockNode = memo(function BlockNode({ data }: NodeProps<Node<BlockData>>) {
  const { node } = data;
  const state = useStepState(node.id ?? "");
  const [name, ...rest] = (node.label ?? "").split(" · ");
  return (
    <div
      className={`block category-${known.has(node.category ?? "") ? node.category : "other"} ${state && `state-${state}`}`}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <span className="block-icon">
        <Icon name={iconOf(node)} size={18} />
      </span>
      <span className="block-text">
        <span className="block-name">{name}</span>
        <span className="block-type">{rest.join(" · ") || kindWord(node)}</span>
      </span>
      {state && <span className="sr-only">{state}</span>}
      {state && (
        <span className="block-state">
          {state === "succeeded" ? (
            <Icon name="check" size={12} />
          ) : state === "failed" ? (
            <Icon name="cross" size={12} />
          ) : state === "skipped" ? (
            <Icon name="skip" size={12} />
          ) : null}
        </span>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
});

const known = new Set([
  "input",
  "output",
  "model",
  "visualization",
  "transformation",
  "formatter",
  "flow_control",
  "sink",
  "analytics",
]);

function iconOf(node: GraphNode): string {
  if (node.category === "input") return /Image$/.test(node.type ?? "") ? "image" : "value";
  return known.has(node.category ?? "") ? node.category! : "block";
}

function kindWord(node: GraphNode): string {
  if (node.category === "output") return "Output";
  return /Image$/.test(node.type ?? "") ? "Picture input" : "Input";
}
