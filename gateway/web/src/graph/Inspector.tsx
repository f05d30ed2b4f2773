import { useEffect, useRef } from "react";
import type { Graph } from "../api/client";
import { Exact, stringify } from "../json/exact";
import { Button } from "../ui/Button";
import { Icon } from "../ui/icons";
import { filterSentence, type Words } from "./filterSentence";
import style from "./Inspector.module.css";
import { labelsOf, words } from "./stepsOf";

type Fields = Record<string, unknown>;

interface Props {
  graph: Graph;
  definition: Fields | undefined;
  id: string;
  onClose: () => void;
}

// Inspector shows the settings of one block. The server has redacted them already.
export function Inspector({ graph, definition, id, onClose }: Props) {
  const node = graph.nodes?.find((n) => n.id === id);
  const [name, title] = node ? labelsOf(node) : [id, ""];
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus({ preventScroll: false }), [id]);
  const settings = Object.entries(settingsOf(definition, id)).filter(([k]) => k !== "name" && k !== "type");
  return (
    <div className={style.inspector} data-part="inspector" onKeyDown={(e) => e.key === "Escape" && onClose()}>
      <div className={style.head}>
        <div>
          <h3 className={style.title} ref={head} tabIndex={-1}>
            {name}
          </h3>
          {title && <p className={style.sub}>{title}</p>}
        </div>
        <Button look="ghost" square icon="cross" onClick={onClose}>
          Close settings
        </Button>
      </div>
      {node?.notRunnable && <p className={style.sub}>This step can't run here: {node.notRunnable}.</p>}
      {settings.length === 0 && <p className={style.sub}>Nothing is set.</p>}
      <dl className={style.list}>
        {settings.map(([k, v]) => (
          <div key={k}>
            <dt className={style.key}>{words(k)}</dt>
            <dd className={style.value}>
              <Setting name={k} value={v} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Setting({ name, value }: { name: string; value: unknown }) {
  if (typeof value === "string") {
    if (value.startsWith("$credentials") || value === "[redacted]")
      return (
        <span className={style.redacted}>
          <Icon name="key" size={14} /> {value === "[redacted]" ? "redacted" : "a credential, not shown"}
        </span>
      );
    if (/^\$(inputs|steps)\./.test(value)) return <code className={style.reference}>{value}</code>;
    return <span className={style.text}>{value}</span>;
  }
  if (typeof value === "object" && value !== null && !(value instanceof Exact)) {
    const json = (
      <pre className={style.json} tabIndex={0} role="group" aria-label={`${words(name)} as JSON`}>
        {stringify(value, 2)}
      </pre>
    );
    const said = filterSentence(value);
    if (!said) return json;
    return (
      <>
        <Sentence said={said} />
        <details className={style.details}>
          <summary>As JSON</summary>
          {json}
        </details>
      </>
    );
  }
  return <code>{stringify(value)}</code>;
}

function Sentence({ said }: { said: Words }) {
  return (
    <p className={style.sentence} data-part="sentence">
      {said.map((w, i) =>
        typeof w === "string" ? (
          <span key={i}>{w}</span>
        ) : (
          <code key={i} className={style.reference}>
            {w.code}
          </code>
        ),
      )}
    </p>
  );
}

function settingsOf(definition: Fields | undefined, id: string): Fields {
  const [place, ...rest] = id.split(".");
  const list = definition?.[place ?? ""];
  if (!Array.isArray(list)) return {};
  return (
    (list.find((x: unknown) => typeof x === "object" && x !== null && (x as Fields).name === rest.join(".")) as
      Fields | undefined) ?? {}
  );
}
