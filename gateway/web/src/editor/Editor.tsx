import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { publish, type Saved } from "../api/editor";
import type { Failure } from "../api/failure";
import type { Workflow, WorkflowPath } from "../api/owner";
import { Trouble } from "../console/parts/Trouble";
import { useNarrow } from "../graph/useNarrow";
import { useToast } from "../ui/Toast";
import { WordStore, Steps } from "./canvas/stepWords";
import { graphOf } from "./canvas/graph";
import { Catalogue } from "./catalogue/Catalogue";
import { useBlocks } from "./catalogue/useBlocks";
import { EditingProvider, type Editing } from "./context";
import style from "./Editor.module.css";
import { Header } from "./Header";
import { find } from "./model/doc";
import { Panel } from "./Panel";
import { byId, troublesOf } from "./problems/problems";
import { ProblemList } from "./problems/ProblemList";
import { useInspection } from "./problems/useInspection";
import { Dock } from "./run/Dock";
import { Stage } from "./Stage";
import { useDocument } from "./useDocument";
import { useKeys } from "./useKeys";
import { useSelection } from "./useSelection";
import { useWiring } from "./useWiring";

const ShareDialog = lazy(() => import("../console/share/ShareDialog"));

interface Props {
  path: WorkflowPath;
  workflow: Workflow;
  text: string;
}

// Editor changes one workflow: canvas, catalogue, settings, runs. All of them change one text.
export function Editor({ path, workflow, text }: Props) {
  const document = useDocument(text);
  const { doc } = document;
  const [selected, select] = useSelection();
  const narrow = useNarrow();
  const say = useToast();
  const catalogue = useBlocks(doc);
  const graph = useMemo(() => graphOf(doc, catalogue.blockOf), [doc, catalogue.blockOf]);
  const inspected = useInspection(path, doc);
  const troubles = useMemo(
    () => troublesOf(inspected.inspection, inspected.doc ?? doc),
    [inspected.inspection, inspected.doc, doc],
  );
  const troublesById = useMemo(() => byId(troubles), [troubles]);
  const [store] = useState(() => new WordStore());
  const [search, setSearch] = useState("");
  const searchField = useRef<HTMLInputElement>(null);
  const dock = useRef<HTMLDivElement>(null);
  const [sharing, setSharing] = useState(false);
  const refuse = useCallback((why: string) => say(why, "bad"), [say]);
  const wiring = useWiring({ document, catalogue, graph, selected, select, refuse });
  const readOnly = narrow || document.broken !== null;
  useKeys(document, selected, select, narrow);
  const saving = useSaving(path, workflow, text, doc.text);

  const openCatalogue = useCallback(
    (node: string, output: string) => {
      wiring.setPort({ node, output });
      setSearch("");
      searchField.current?.focus();
    },
    [wiring],
  );
  const editing = useMemo<Editing>(
    () => ({ path, document, catalogue, inspection: inspected.inspection, troubles: troublesById, selected, select }),
    [path, document, catalogue, inspected.inspection, troublesById, selected, select],
  );
  const stops = troubles.filter((t) => t.weight === "stops").length;
  const blocked =
    stops > 0 ? "Solve the problems first." : saving.dirty ? "Publish it first: a run takes the live version." : "";
  const next = (saving.workflow.liveVersion ?? 0) + 1;
  return (
    <EditingProvider value={editing}>
      <Steps value={store}>
        <div className={style.editor} data-part="editor">
          <Header
            workspace={path.workspace}
            workflow={path.workflow}
            title={saving.workflow.title || path.workflow}
            live={saving.workflow.liveVersion ?? 0}
            said={saving.dirty ? "Not published" : "All changes published"}
            problems={<ProblemList troubles={troubles} stale={inspected.stale} onJump={select} />}
            canUndo={document.canUndo}
            canRedo={document.canRedo}
            onUndo={document.undo}
            onRedo={document.redo}
            readOnly={narrow}
            canRun={blocked === "" && !!inspected.inspection}
            onRun={() => dock.current?.querySelector("form")?.requestSubmit()}
            onShare={() => setSharing(true)}
            publish={{
              label: `Publish version ${next}`,
              disabled: !saving.dirty || document.broken !== null,
              busy: saving.busy,
              onClick: () => void saving.publish().then((ok) => ok && say(`Version ${next} is live`)),
            }}
          />
          <Stage
            graph={graph}
            wiring={wiring}
            onOpen={openCatalogue}
            onEnter={() => window.document.querySelector<HTMLElement>("[data-part=settings] input")?.focus()}
            readOnly={readOnly}
            narrow={narrow}
            notices={
              <>
                {saving.failure && <Trouble failure={saving.failure} />}
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
                  from={wiring.from}
                  text={search}
                  onText={setSearch}
                  search={searchField}
                  onAdd={(b) => void wiring.onAdd(b).catch((f: Failure) => refuse(f.message))}
                  onLeave={() => window.document.querySelector<HTMLElement>("[data-part=canvas-keys]")?.focus()}
                />
              </aside>
              <aside className={style.right}>
                <Panel element={find(doc, selected)} readOnly={readOnly} />
              </aside>
            </>
          )}
          {inspected.inspection && (
            <div className={style.bottom}>
              <Dock
                path={path}
                doc={doc}
                inspection={inspected.inspection}
                store={store}
                blocked={blocked}
                selected={selected}
                onSelect={select}
                form={dock}
              />
            </div>
          )}
        </div>
        <Suspense fallback={null}>
          {sharing && inspected.inspection && (
            <ShareDialog
              path={path}
              title={saving.workflow.title || path.workflow}
              inspection={inspected.inspection}
              start=""
              onClose={() => setSharing(false)}
            />
          )}
        </Suspense>
      </Steps>
    </EditingProvider>
  );
}

// useSaving publishes the text as a version, and warns before it is lost.
function useSaving(path: WorkflowPath, start: Workflow, first: string, text: string) {
  const [saved, setSaved] = useState<{ workflow: Workflow; text: string }>({ workflow: start, text: first });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const dirty = text !== saved.text;
  useEffect(() => {
    if (!dirty) return;
    const warn = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);
  const save = async (): Promise<boolean> => {
    setBusy(true);
    setFailure(null);
    try {
      const done: Saved<Workflow> = await publish(path, text, saved.workflow.etag ?? "");
      setSaved({ workflow: done.resource, text });
      return true;
    } catch (cause) {
      setFailure(cause as Failure);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { workflow: saved.workflow, dirty, busy, failure, publish: save };
}
