// What the parts of the editor share.
import { createContext, useContext } from "react";
import type { Inspection, WorkflowPath } from "../api/owner";
import type { Catalogue } from "./catalogue/useBlocks";
import type { Trouble } from "./problems/problems";
import type { StepStatus } from "../run/useRun";
import type { Kept } from "./run/kept";
import type { Document } from "./useDocument";

export interface Editing {
  path: WorkflowPath;
  document: Document;
  catalogue: Catalogue;
  inspection?: Inspection;
  troubles: Map<string, Trouble[]>;
  selected: string; // "steps.crop"; empty for the workflow itself
  select: (id: string) => void;
  // What the last run did, by step.
  ran: Record<string, StepStatus>;
  // What each filter kept in it.
  kept: Map<string, Kept>;
}

// Selected is the same selection, for what would else be drawn again at each one.
export const Selected = createContext("");

const Context = createContext<Editing | null>(null);
export const EditingProvider = Context.Provider;

export function useEditing(): Editing {
  const editing = useContext(Context);
  if (!editing) throw new Error("outside of an editor");
  return editing;
}
