// How the list of workflows is shown: a choice of the person that survives a reload.
import { useState } from "react";
import { recall, remember } from "../../ui/remembered";

export type View = "cards" | "table";

export const views: { id: View; label: string }[] = [
  { id: "cards", label: "Cards" },
  { id: "table", label: "Table" },
];

export function useView(): [View, (view: View) => void] {
  const [view, setView] = useState<View>(() => (recall("workflows-view") === "table" ? "table" : "cards"));
  return [view, (next) => (remember("workflows-view", next), setView(next))];
}

// Orders of the list, as the address and the API call them.
export const orders = [
  { value: "changed", label: "Last changed", by: "update_time desc" },
  { value: "name", label: "Name", by: "title" },
  { value: "runs", label: "Most runs", by: "runs desc" },
] as const;

export const orderOf = (word: string | null) => orders.find((o) => o.value === word) ?? orders[0];
