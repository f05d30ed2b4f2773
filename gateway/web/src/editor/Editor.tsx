import { lazy, Suspense, useCallback, useDeferredValue, useMemo, useRef, useState } from "react";
import type { Failure } from "../api/failure";
import { createAlias } from "../api/manage";
import type { WorkflowPath } from "../api/owner";
import { Trouble } from "../console/parts/Trouble";
import { useMe } from "../console/session";
import { useNarrow } from "../graph/useNarrow";
import type { StepStatus } from "../run/useRun";
import { useToast } from "../ui/Toast";
import { WordStore, Steps } from "./canvas/stepWords";
import { graphOf, type Wire } from "./canvas/graph";
import { Catalogue } from "./catalogue/Catalogue";
import { useBlocks } from "./catalogue/useBlocks";
import { clock } from "./clock";
import { EditingProvider, Selected, type Editing } from "./context";
import { ConflictDialog } from "./draft/ConflictDialog";
import { DiscardDialog } from "./draft/DiscardDialog";
import { useDraft, type Drafting, type Start } from "./draft/useDraft";
import style from "./Editor.module.css";
import { Header } from "./Header";
import { find } from "./model/doc";
import { Panel } from "./Panel";
import { byId, troublesOf } from "./problems/problems";
import { ProblemList } from "./problems/ProblemList";
import { useInspection } from "./problems/useInspection";
import { Dock } from "./run/Dock";
import { keptBy } from "./run/kept";
import { Stage } from "./Stage";
import { useDocument } from "./useDocument";
import { useKeys } from "./useKeys";
import { useSelection } from "./useSelection";
import { useShared } from "./useShared";
import { useWiring } from "./useWiring";

const ShareDialog = lazy(() => import("../console/share/ShareDialog"));

const toSettings = () => window.document.querySelector<HTMLElement>("[data-part=settings] input")?.focus();
const toCanvas = () => window.document.querySelector<HTMLElement>("[data-part=canvas-keys]")?.focus();

interface Props {
  path: WorkflowPath;
  start: Start;
}

// Editor changes one workflow: canvas, catalogue, settings, runs. All of them change one text.
export function Editor({ path, start }: Props) {
  const document = useDocument(start.draft?.text ?? start.live);
  const { doc } = document;
  const [selected, select] = useSelection();
  const narrow = useNarrow();
  const say = useToast();
  const catalogue = useBlocks(doc);
  // Costly work runs a moment after the text changes, so that typing never waits.
  const settled = useDeferredValue(doc);
  const graph = useShared(useMemo(() => graphOf(settled, catalogue.blockOf), [settled, catalogue.blockOf]));
  const inspected = useInspection(path, settled);
  const troubles = useShared(
    useMemo(
      () => (inspected.doc ? troublesOf(inspected.inspection, inspected.doc) : []),
      [inspected.inspection, inspected.doc],
    ),
  );
  const troublesById = useMemo(() => byId(troubles), [troubles]);
  const [store] = useState(() => new WordStore());
  const [search, setSearch] = useState("");
  const searchField = useRef<HTMLInputElement>(null);
  const dock = useRef<HTMLDivElement>(null);
  const [sharing, setSharing] = useState(false);
  const [discarding, setDiscarding] = useState(false);
  const refuse = useCallback((why: string) => say(why, "bad"), [say]);
  const wiring = useWiring({ document, settled, catalogue, graph, selected, select, refuse });
  const from = useDeferredValue(wiring.from);
  const readOnly = narrow || document.broken !== null;
  useKeys(document, selected, select, narrow);
  const { edit } = document;
  // The vault has taken a secret out of the text: the reference takes its place here, too.
  const stored = useCallback((sent: string, now: string) => edit((t) => (t === sent ? now : t), "stored"), [edit]);
  const draft = useDraft(path, start, doc.text, stored);
  const [busy, setBusy] = useState(false);
  const [ran, setRan] = useState<Record<string, StepStatus>>({});
  const kept = useMemo(() => keptBy(settled, ran), [settled, ran]);

  const { setPort } = wiring;
  const openCatalogue = useCallback(
    (node: string, output: string) => {
      setPort({ node, output });
      setSearch("");
      searchField.current?.focus();
    },
    [setPort],
  );
  const onInsert = useCallback(
    (wire: Wire) => {
      setPort({ node: wire.source, output: wire.sourcePort, wire });
      setSearch("");
      searchField.current?.focus();
    },
    [setPort],
  );
  const { owner } = useMe();
  const { again } = inspected;
  const mapName = useCallback(
    async (name: string, model: string) => {
      try {
        await createAlias(path.workspace, name, model);
        say(`${name} is mapped. Models lists the names of this workspace.`);
        again();
      } catch (cause) {
        refuse((cause as Failure).message);
      }
    },
    [path.workspace, say, again, refuse],
  );
  const editing = useMemo<Editing>(
    () => ({
      path,
      document,
      catalogue,
      inspection: inspected.inspection,
      troubles: troublesById,
      selected,
      select,
      ran,
      kept,
    }),
    [path, document, catalogue, inspected.inspection, troublesById, selected, select, ran, kept],
  );
  const stops = troubles.filter((t) => t.weight === "stops").length;
  const blocked = stops > 0 ? "Solve the problems first." : "";
  const live = draft.workflow.liveVersion ?? 0;
  const title = draft.workflow.title || path.workflow;
  const same = live > 0 && doc.text === draft.live && draft.etag === "";
  const { publish: publishDraft } = draft;
  const publish = useCallback(async () => {
    setBusy(true);
    if (await publishDraft()) say(`Version ${live + 1} is live`);
    setBusy(false);
  }, [publishDraft, live, say]);
  return (
    <Steps value={store}>
      <div className={style.editor} data-part="editor">
        <Header
          workspace={path.workspace}
          workflow={path.workflow}
          title={title}
          live={live}
          said={document.broken ? "Not saved: the text is not JSON" : saidOf(draft, same)}
          problems={
            <ProblemList
              troubles={troubles}
              stale={inspected.stale}
              onJump={select}
              onMap={owner ? mapName : undefined}
            />
          }
          canUndo={document.canUndo}
          canRedo={document.canRedo}
          onUndo={document.undo}
          onRedo={document.redo}
          readOnly={narrow}
          canRun={blocked === "" && !!inspected.inspection}
          onRun={() => dock.current?.querySelector("form")?.requestSubmit()}
          onShare={() => setSharing(true)}
          onDiscard={draft.etag !== "" || draft.state !== "saved" ? () => setDiscarding(true) : undefined}
          publish={{
            label: `Publish version ${live + 1}`,
            disabled: (live > 0 && doc.text === draft.live) || document.broken !== null,
            busy,
            onClick: () => void publish(),
          }}
        />
        <Stage
          editing={editing}
          graph={graph}
          wiring={{ ...wiring, onInsert }}
          onOpen={openCatalogue}
          onEnter={toSettings}
          readOnly={readOnly}
          narrow={narrow}
          live={live}
          notices={
            <>
              {draft.failure && <Trouble failure={draft.failure} />}
              {catalogue.failure && <Trouble failure={catalogue.failure} />}
              {inspected.failure && <Trouble failure={inspected.failure} />}
            </>
          }
        />
        {!narrow && (
          <>
            <aside className={style.left} aria-label="Blocks">
              <Catalogue
                blocks={catalogue.blocks}
                from={from}
                text={search}
                onText={setSearch}
                search={searchField}
                onAdd={wiring.onAdd}
                onLeave={toCanvas}
              />
            </aside>
            <aside className={style.right}>
              <EditingProvider value={editing}>
                <Panel element={find(doc, selected)} readOnly={readOnly} />
              </EditingProvider>
            </aside>
          </>
        )}
        <div className={style.bottom}>
          {inspected.inspection && (
            <Selected value={selected}>
              <Dock
                path={path}
                doc={settled}
                inspection={inspected.inspection}
                store={store}
                blocked={blocked}
                onSelect={select}
                form={dock}
                flush={draft.flush}
                onRan={setRan}
              />
            </Selected>
          )}
        </div>
      </div>
      {discarding && (
        <DiscardDialog
          live={live}
          onClose={() => setDiscarding(false)}
          onDiscard={async () => {
            const text = await draft.discard();
            document.mend();
            edit(() => text);
            say("The draft is discarded. Undo brings it back.");
          }}
        />
      )}
      {draft.conflict && (
        <ConflictDialog
          conflict={draft.conflict}
          mine={doc.text}
          onKeep={(side) => {
            const theirs = draft.conflict!.theirs;
            draft.resolve();
            if (side === "theirs") document.edit(() => theirs);
          }}
        />
      )}
      <Suspense fallback={null}>
        {sharing && inspected.inspection && (
          <ShareDialog
            path={path}
            title={title}
            inspection={inspected.inspection}
            start=""
            onClose={() => setSharing(false)}
          />
        )}
      </Suspense>
    </Steps>
  );
}

function saidOf(draft: Drafting, same: boolean): string {
  if (draft.conflict) return "Not saved";
  if (draft.state === "failed") return "Not saved";
  if (draft.state === "unsaved") return "Saving";
  if (same) return "All changes published";
  return draft.time ? `Draft saved ${clock(draft.time)}` : "";
}
