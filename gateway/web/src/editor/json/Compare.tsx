// Two texts side by side, with what differs marked.
import { json } from "@codemirror/lang-json";
import { syntaxHighlighting } from "@codemirror/language";
import { MergeView } from "@codemirror/merge";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { colours, readOnly, theme } from "../../json/look";

interface Props {
  left: string;
  right: string;
  labels: [left: string, right: string];
}

export default function Compare({ left, right, labels }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const [a, b] = labels;
  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open" });
    const room = document.createElement("div");
    room.style.height = "100%";
    room.style.overflow = "auto";
    root.replaceChildren(room);
    const look = (label: string) => [
      lineNumbers(),
      json(),
      syntaxHighlighting(colours),
      theme,
      EditorView.lineWrapping,
      ...readOnly(label),
    ];
    const view = new MergeView({
      a: { doc: left, extensions: look(a) },
      b: { doc: right, extensions: look(b) },
      parent: room,
      root,
      collapseUnchanged: { margin: 3, minSize: 6 },
    });
    return () => view.destroy();
  }, [left, right, a, b]);
  return <div className="json-view" ref={host} data-part="compare" />;
}
