// What the parts of the editor share.
import { createContext, useContext } from "react";
import type { Inspection, WorkflowPath } from "../api/owner";
import type { Catalogue } from "./catalogue/useBlocks";
import type { Trouble } from "./problems/problems";
import type { StepStatus } from "../run/useRun";
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
}

const Context = createContext<Editing | null>(null);
export const EditingProvider = Context.Provider;

export function useEditing(): Editing {
  const editing = useContext(Context);
  if (!editing) throw new Error("outside of an editor");
  return editing;
}
