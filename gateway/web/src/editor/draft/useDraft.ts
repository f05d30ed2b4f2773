// The draft on the server. Every change is saved a moment later, one request at a time; a
// draft that somebody else has changed is not overwritten.
import { useCallback, useEffect, useRef, useState } from "react";
import { discardDraft, publishDraft, readDraft, readWorkflow, saveDraft } from "../../api/editor";
import { networkFailure, type Failure } from "../../api/failure";
import type { Workflow, WorkflowPath } from "../../api/owner";
import { blank } from "../model/doc";
import { format } from "../text/patch";
import { sameButSpaces } from "../text/spaces";

const pause = 800; // ms without a change before it is saved
const again = 5_000; // ms until another try where the server could not be reached

// Start is what the editor was opened with.
export interface Start {
  workflow: Workflow;
  live: string; // text of the live version; empty without one
  draft: { text: string; etag: string; time: string } | null;
}

// Conflict is what somebody else has saved meanwhile.
export interface Conflict {
  what: "draft" | "version";
  theirs: string;
  etag: string;
  base: number; // version that the draft starts from when it is kept
}

export interface Drafting {
  workflow: Workflow;
  live: string;
  // Etag of the draft on the server; empty if there is none.
  etag: string;
  time: string;
  state: "saved" | "unsaved" | "failed";
  failure: Failure | null;
  conflict: Conflict | null;
  // flush saves immediately and returns the etag of the draft, or of none.
  flush: () => Promise<string>;
  publish: () => Promise<boolean>;
  // discard removes the draft from the server, and returns what the editor then shows. A
  // draft that somebody else has changed is refused.
  discard: () => Promise<string>;
  // resolve ends a conflict. What the editor shows then replaces what the server has.
  resolve: () => void;
}

interface Held {
  workflow: Workflow;
  live: string;
  text: string; // as the server has it: draft, else live version
  etag: string;
  time: string;
  base: number; // version that the next save starts from; 0 keeps that of the draft
}

export function useDraft(
  path: WorkflowPath,
  start: Start,
  text: string,
  onStored: (sent: string, stored: string) => void,
): Drafting {
  const [held, setHeld] = useState<Held>(() => ({
    workflow: start.workflow,
    live: start.live,
    text: start.draft?.text ?? start.live,
    etag: start.draft?.etag ?? "",
    time: start.draft?.time ?? "",
    base: 0,
  }));
  const [failure, setFailure] = useState<Failure | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const now = useRef({ text, held, conflict, path, onStored });
  useEffect(() => {
    now.current = { text, held, conflict, path, onStored };
  });
  const saving = useRef<Promise<void> | null>(null);

  const keep = useCallback((part: Partial<Held>) => {
    const next = { ...now.current.held, ...part };
    now.current.held = next;
    setHeld(next);
  }, []);

  const saveOnce = useCallback(async () => {
    const { text: sent, held: h, path: p } = now.current;
    try {
      const done = await saveDraft(p, sent, h.etag, h.base);
      const { etag = "", updateTime = "" } = done.resource;
      const stored = same(done.definition, sent) ? sent : format(done.definition);
      keep({ text: stored, etag, time: updateTime, base: 0 });
      setFailure(null);
      if (stored !== sent) now.current.onStored(sent, stored);
    } catch (cause) {
      const f = networkFailure(cause);
      if (f.reason !== "CONFLICT") throw f;
      const found = await otherDraft(p, now.current.held.live);
      now.current.conflict = found;
      setConflict(found);
    }
  }, [keep]);

  // save runs until the server has what is shown, or until it fails.
  const save = useCallback(async (): Promise<void> => {
    saving.current ??= (async () => {
      try {
        while (now.current.text !== now.current.held.text && !now.current.conflict) await saveOnce();
      } catch (cause) {
        setFailure(cause as Failure);
        throw cause;
      } finally {
        saving.current = null;
      }
    })();
    return saving.current;
  }, [saveOnce]);

  const dirty = text !== held.text;
  useEffect(() => {
    if (!dirty || conflict) return;
    const wait = failure?.reason === "UNREACHABLE" ? again : pause;
    const timer = setTimeout(() => void save().catch(() => undefined), wait);
    return () => clearTimeout(timer);
  }, [text, dirty, conflict, failure, save]);
  useLeaving(dirty, () => void save().catch(() => undefined));

  const flush = useCallback(async () => {
    await save();
    return now.current.held.etag;
  }, [save]);

  const publish = useCallback(async () => {
    setFailure(null);
    try {
      await flush();
      if (now.current.held.etag === "") await saveOnce(); // nothing was changed, and no draft is there yet
      if (now.current.conflict) return false;
      const published = now.current.held.text;
      const workflow = await publishDraft(now.current.path, now.current.held.etag);
      keep({ workflow, live: published, etag: "", time: "" });
      return true;
    } catch (cause) {
      const f = networkFailure(cause);
      if (f.reason !== "CONFLICT") setFailure(f);
      else setConflict(await conflictOf(now.current.path, now.current.held, keep));
      return false;
    }
  }, [flush, saveOnce, keep]);

  const discard = useCallback(async () => {
    await saving.current?.catch(() => undefined);
    if (now.current.held.etag !== "") await discardDraft(now.current.path, now.current.held.etag);
    const text = now.current.held.live || blank;
    now.current.text = text; // nothing saves the old text meanwhile
    keep({ text, etag: "", time: "", base: 0 });
    setFailure(null);
    return text;
  }, [keep]);

  const resolve = useCallback(() => {
    const c = now.current.conflict;
    if (!c) return;
    now.current.conflict = null;
    setConflict(null);
    if (c.what === "draft") keep({ text: c.theirs, etag: c.etag });
    else keep({ text: "", base: c.base }); // no definition is empty: the next save writes the text shown
  }, [keep]);

  const state = !dirty ? "saved" : failure ? "failed" : "unsaved";
  return { ...held, state, failure, conflict, flush, publish, discard, resolve };
}

// otherDraft is the conflict with a draft that somebody else has saved or removed.
async function otherDraft(path: WorkflowPath, live: string): Promise<Conflict> {
  const theirs = await readDraft(path);
  return {
    what: "draft",
    theirs: theirs ? format(theirs.definition) : live,
    etag: theirs?.resource.etag ?? "",
    base: 0,
  };
}

// conflictOf says why a draft was not published: it was changed, or a version was published
// meanwhile.
async function conflictOf(path: WorkflowPath, held: Held, keep: (part: Partial<Held>) => void): Promise<Conflict> {
  const other = await otherDraft(path, held.live);
  if (other.etag !== held.etag) return other;
  const { resource, definition } = await readWorkflow(path);
  const live = format(definition);
  keep({ workflow: resource, live });
  return { what: "version", theirs: live, etag: held.etag, base: resource.liveVersion ?? 0 };
}

// same says whether two texts differ in spaces only.
export function same(a: string, b: string): boolean {
  return a === b || sameButSpaces(a, b);
}

// useLeaving saves when the page is hidden or left, and warns while something is not saved.
function useLeaving(dirty: boolean, save: () => void) {
  const now = useRef({ dirty, save });
  useEffect(() => {
    now.current = { dirty, save };
  });
  useEffect(() => {
    const hide = () => {
      if (document.visibilityState === "hidden" && now.current.dirty) now.current.save();
    };
    const warn = (e: BeforeUnloadEvent) => {
      if (now.current.dirty) e.preventDefault();
    };
    document.addEventListener("visibilitychange", hide);
    window.addEventListener("beforeunload", warn);
    return () => {
      document.removeEventListener("visibilitychange", hide);
      window.removeEventListener("beforeunload", warn);
      if (now.current.dirty) now.current.save(); // to another page of the console
    };
  }, []);
}
