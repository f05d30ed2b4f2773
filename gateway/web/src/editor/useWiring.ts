// What lines and the catalogue do to the document.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Block } from "../api/editor";
import type { Failure } from "../api/failure";
import { fitOf, type FittingOf } from "./canvas/fitting";
import type { Graph, Wire } from "./canvas/graph";
import { fieldsOf, keyOf } from "./catalogue/fields";
import { fits, sources, type Source } from "./catalogue/fit";
import { blockQuery, type Catalogue } from "./catalogue/useBlocks";
import { find, type Doc } from "./model/doc";
import { removeElement, unwire, wire } from "./model/edit";
import { insertBlock, through } from "./model/insert";
import { selectorOf } from "./model/refs";
import type { Document } from "./useDocument";
import { useShared } from "./useShared";

interface OpenPort {
  node: string;
  output: string;
  wire?: Wire;
}

// What callbacks read, which stay the same.
interface Now {
  text: string;
  blockOf: Catalogue["blockOf"];
  from: Source | null;
  wire?: Wire;
  selected: string;
}

interface Options {
  document: Document;
  // The document as the graph shows it.
  settled: Doc;
  catalogue: Catalogue;
  graph: Graph;
  selected: string;
  select: (id: string) => void;
  refuse: (why: string) => void;
}

export function useWiring({ document, settled, catalogue, graph, selected, select, refuse }: Options) {
  const queries = useQueryClient();
  const now = useRef<Now>({ text: "", blockOf: catalogue.blockOf, from: null, selected });
  // A new selection closes the open port.
  const [opened, setOpened] = useState<{ port: OpenPort; selected: string } | null>(null);
  const port = opened?.selected === selected ? opened.port : null;
  const setPort = useCallback(
    (open: OpenPort | null) => setOpened(open && { port: open, selected: now.current.selected }),
    [],
  );
  const { doc, edit } = document;
  const { blockOf } = catalogue;
  const boxes = useMemo(() => new Map(graph.boxes.map((b) => [b.id, b])), [graph]);
  const fitting = useRef<FittingOf | null>(null);
  useEffect(() => {
    fitting.current = { doc: settled, blockOf, boxOf: (id) => boxes.get(id) };
  });

  // The next block is wired to the port that was opened, else to what is selected.
  const found = useMemo<Source | null>(() => {
    const all = sources(settled, blockOf);
    if (port) return all.find((s) => s.node === port.node && s.output === port.output) ?? null;
    return all.find((s) => s.node === selected) ?? null;
  }, [settled, blockOf, port, selected]);
  const from = useShared(found);

  const onConnect = useCallback(
    (source: string, output: string, target: string, field: string) => {
      const f = fitting.current!;
      const out = f.boxOf(source)?.right.find((p) => p.name === output);
      const box = f.boxOf(target);
      const step = find(f.doc, target);
      if (!box || !step) return;
      if (out?.control) {
        const holder = find(f.doc, source)!;
        const field = fieldsOf(f.blockOf(holder.type)).find((x) => keyOf(holder.fields, x) === output);
        return edit((t) => wire(t, source, output, field?.wiring?.via ?? "list", `$${target}`));
      }
      const fit = fitOf(f, `source ${source} ${output}`, box);
      const all = fieldsOf(f.blockOf(step.type));
      // A line was dropped on a block, or on a field that takes another kind.
      const named = all.find((x) => keyOf(step.fields, x) === field);
      const given = sources(f.doc, f.blockOf).filter((s) => s.node === source && (!output || s.output === output));
      const pick = (wanted: string[]) => given.find((s) => fits(s.kinds, wanted));
      const taking = named?.wiring && pick(named.wiring.kinds) ? named : all.find((x) => x.name === fit?.port);
      if (!taking?.wiring || fit?.state !== "fits")
        return refuse(fit?.why ? `${box.name} ${fit.why}.` : "This does not fit.");
      const chosen = pick(taking.wiring.kinds)?.selector ?? selectorOf(source, output);
      edit((t) => wire(t, target, keyOf(step.fields, taking), taking.wiring!.via, chosen));
    },
    [edit, refuse],
  );

  const onDelete = useCallback(
    (ids: string[], wires: Wire[]) => {
      edit((t) => {
        const unwired = wires.reduce((text, w) => unwire(text, w.holder, w.path), t);
        return ids.reduce(removeElement, unwired);
      });
      if (ids.length > 0) select("");
    },
    [edit, select],
  );

  useEffect(() => {
    now.current = { text: doc.text, blockOf, from, wire: port?.wire, selected };
  });
  const onAdd = useCallback(
    async (basic: Block) => {
      try {
        const block = await queries.ensureQueryData(blockQuery(basic.type ?? ""));
        const { text, blockOf: known, from: source, wire: line } = now.current;
        const done = insertBlock(text, block, (type) => (type === block.type ? block : known(type)), source);
        const taking = line && fitting.current?.boxOf(line.target)?.left.find((p) => p.name === line.targetPort);
        edit(() => (line && taking ? through(done, block, line, taking.kinds) : done.text));
        setPort(null);
        select(done.id);
      } catch (cause) {
        refuse((cause as Failure).message);
      }
    },
    [queries, edit, select, refuse, setPort],
  );

  return { fitting, from, setPort, onConnect, onDelete, onAdd };
}
