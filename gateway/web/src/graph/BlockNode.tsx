import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { memo } from "react";
import type { GraphNode } from "../api/client";
import { Block } from "./Block";
import { useStepState } from "./steps";

export type BlockData = { node: GraphNode; at: boolean };

export const blockId = (nodeId: string) => `block-${nodeId}`;

export const BlockNode = memo(function BlockNode({ data, selected }: NodeProps<Node<BlockData>>) {
  const { node, at } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Block id={blockId(node.id ?? "")} node={node} state={useStepState(node.id ?? "")} chosen={selected} at={at} />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
});
