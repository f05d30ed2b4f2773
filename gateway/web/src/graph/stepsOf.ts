import type { Graph, GraphNode } from "../api/client";

export interface StepInfo {
  name: string;
  title: string;
}

export function stepsOf(graph: Graph | undefined): StepInfo[] {
  return (graph?.nodes ?? [])
    .filter((n) => n.id?.startsWith("steps."))
    .map((n) => ({ name: n.id!.slice("steps.".length), title: labelsOf(n)[1] }));
}

// labelsOf is the name of a block and what kind of block it is.
export function labelsOf(node: GraphNode): [name: string, title: string] {
  const [name = "", ...rest] = (node.label ?? "").split(" · ");
  return [name, rest.join(" · ") || kindWord(node)];
}

function kindWord(node: GraphNode): string {
  if (node.category === "output") return "Output";
  if (node.category !== "input") return "";
  return /Image$/.test(node.type ?? "") ? "Picture input" : "Input";
}

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

export function categoryOf(node: GraphNode): string {
  return known.has(node.category ?? "") ? node.category! : "other";
}

export function iconOf(node: GraphNode): string {
  if (node.category === "input") return /Image$/.test(node.type ?? "") ? "image" : "value";
  return known.has(node.category ?? "") ? node.category! : "block";
}

export function words(name: string): string {
  return name.replace(/_/g, " ");
}
