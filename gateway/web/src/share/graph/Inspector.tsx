import { useEffect, useRef } from "react";
import type { SharedWorkflow } from "../../api/client";
import { Exact, stringify } from "../../json/exact";
import { Icon } from "../../ui/icons";

type Fields = Record<string, unknown>;

// Inspector shows the settings of one block. The server has redacted them already.
export function Inspector({ view, id, onClose }: { view: SharedWorkflow; id: string; onClose: () => void }) {
  const settings = settingsOf(view, id);
  const node = view.graph?.nodes?.find((n) => n.id === id);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    void head.current?.scrollIntoView({ block: "nearest" });
  }, [id]);
  return (
    <div className="inspector" onKeyDown={(e) => e.key === "Escape" && onClose()}>
      <div className="inspector-head">
        <h3 ref={head}>{node?.label?.split(" · ")[0] ?? id}</h3>
        <button type="button" className="button quiet square" aria-label="Close settings" onClick={onClose}>
          <Icon name="cross" />
        </button>
      </div>
      <dl>
        {Object.entries(settings)
          .filter(([k]) => k !== "name")
          .map(([k, v]) => (
            <div key={k}>
              <dt>{k}</dt>
              <dd>
                <Setting value={v} />
              </dd>
            </div>
          ))}
      </dl>
    </div>
  );
}

function Setting({ value }: { value: unknown }) {
  if (typeof value === "string") {
    if (value.startsWith("$credentials") || value === "[redacted]")
      return (
        <span className="redacted">
          <Icon name="key" size={13} /> {value === "[redacted]" ? "redacted" : "a credential, not shown"}
        </span>
      );
    if (/^\$(inputs|steps)\./.test(value)) return <code className="selector">{value}</code>;
    return <span className="setting-text">{value}</span>;
  }
  if (typeof value === "object" && value !== null && !(value instanceof Exact))
    return (
      <pre tabIndex={0} role="group" aria-label="Value">
        {stringify(value, 2)}
      </pre>
    );
  return <code>{stringify(value)}</code>;
}

function settingsOf(view: SharedWorkflow, id: string): Fields {
  const [place, ...rest] = id.split(".");
  const list = view.definition?.[place ?? ""];
  if (!Array.isArray(list)) return {};
  return (
    (list.find((x: unknown) => typeof x === "object" && x !== null && (x as Fields).name === rest.join(".")) as
      Fields | undefined) ?? {}
  );
}
