// A read-only JSON view with CodeMirror. It lives in a shadow root, where its styles are
// adopted style sheets, which a strict content security policy allows.
import { json } from "@codemirror/lang-json";
import { foldGutter, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { colours, readOnly, theme } from "./look";

export default function JSONView({ text, label, find }: { text: string; label: string; find?: string }) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView | null>(null);
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const room = document.createElement("div");
    room.style.height = "100%";
    root.replaceChildren(room);
    editor.current = new EditorView({
      parent: room,
      root,
      state: EditorState.create({
        doc: text,
        extensions: [lineNumbers(), foldGutter(), json(), syntaxHighlighting(colours), theme, ...readOnly(label)],
      }),
    });
    return () => editor.current?.destroy();
  }, [text, label]);
  useEffect(() => {
    const at = find ? text.indexOf(find) : -1;
    if (at >= 0)
      editor.current?.dispatch({
        selection: { anchor: at, head: at + find!.length },
        effects: EditorView.scrollIntoView(at, { y: "start", yMargin: 40 }),
      });
  }, [find, text]);
  return <div className="json-view" ref={host} />;
}
