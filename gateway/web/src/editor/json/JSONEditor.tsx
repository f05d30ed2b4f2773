// The definition as JSON, to change, with CodeMirror. It lives in a shadow root, where its
// styles are adopted style sheets, which a strict content security policy allows.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, foldGutter, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { diagnosticCount, lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { colours, theme } from "../../json/look";
import { completions, type Known } from "./completion";
import { difference } from "./difference";

const fromOutside = Annotation.define<boolean>();

const locked = (readOnly: boolean) => [EditorState.readOnly.of(readOnly), EditorView.editable.of(!readOnly)];

interface Props {
  text: string;
  readOnly: boolean;
  known: Known;
  // Where what is wrong, in this text.
  diagnostics: Diagnostic[];
  onText: (text: string) => void;
}

export default function JSONEditor({ text, readOnly, known, diagnostics, onText }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const lock = useRef(new Compartment());
  const now = useRef({ known, onText });
  useEffect(() => {
    now.current = { known, onText };
  });
  const first = useRef({ text, readOnly });
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const room = document.createElement("div");
    room.style.height = "100%";
    root.replaceChildren(room);
    const made = new EditorView({
      parent: room,
      root,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [
          lineNumbers(),
          foldGutter(),
          history(),
          bracketMatching(),
          indentOnInput(),
          highlightActiveLine(),
          json(),
          syntaxHighlighting(colours),
          theme,
          lintGutter(),
          autocompletion({ override: [(context) => completions(context, now.current.known)] }),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          lock.current.of(locked(first.current.readOnly)),
          EditorView.contentAttributes.of({ "aria-label": "The definition as JSON", tabindex: "0" }),
          EditorView.updateListener.of((u) => {
            if (u.docChanged && !u.transactions.some((t) => t.annotation(fromOutside)))
              now.current.onText(u.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    const v = view.current;
    if (v && v.state.readOnly !== readOnly) v.dispatch({ effects: lock.current.reconfigure(locked(readOnly)) });
  }, [readOnly]);
  // A change from elsewhere (undo, a form) replaces only what differs, so that the cursor stays.
  useEffect(() => {
    const v = view.current;
    const old = v?.state.doc.toString();
    if (!v || old === undefined || old === text) return;
    v.dispatch({ changes: difference(old, text), annotations: fromOutside.of(true) });
  }, [text]);
  useEffect(() => {
    const v = view.current;
    if (v && (diagnostics.length > 0 || diagnosticCount(v.state) > 0))
      v.dispatch(
        setDiagnostics(
          v.state,
          diagnostics.filter((d) => d.to <= v.state.doc.length),
        ),
      );
  }, [diagnostics, text]);
  return <div className="json-view" ref={host} data-part="json-editor" />;
}
