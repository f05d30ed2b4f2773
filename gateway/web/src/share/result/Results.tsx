import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import * as Tabs from "@radix-ui/react-tabs";
import type { RunResponse } from "../../api/client";
import { stringify } from "../../json/exact";
import { CopyButton } from "../../ui/CopyButton";
import { Icon } from "../../ui/icons";
import type { Picture } from "../picture";
import { Boxes, DetectionList, useDetections } from "./Boxes";
import { Compare } from "./Compare";
import { Download } from "./Download";
import { Table } from "./Table";
import { forget, read, withoutPictures, type Value } from "./values";

const JSONView = lazy(() => import("../../json/JSONView"));

// Results shows the outputs of a finished run, one batch element at a time.
export default function Results({ response, input }: { response: RunResponse; input: Picture | null }) {
  const outputs = useMemo(() => response.outputs ?? [], [response]);
  const [element, setElement] = useState(0);
  const [raw, setRaw] = useState(false);
  const current = useMemo(() => outputs[element] ?? outputs[0] ?? {}, [outputs, element]);
  const values = useMemo(() => Object.entries(current).map(([name, v]) => ({ name, value: read(v) })), [current]);
  useEffect(() => () => values.forEach((v) => forget(v.value)), [values]);
  return (
    <div className="results">
      {outputs.length > 1 && (
        <div className="elements" role="group" aria-label="Element of the batch">
          {outputs.map((_, i) => (
            <button
              key={i}
              type="button"
              className="button small"
              aria-pressed={i === element}
              onClick={() => setElement(i)}
            >
              {i + 1}
            </button>
          ))}
        </div>
      )}
      {raw ? (
        <Suspense fallback={<p className="quiet-text">Loading…</p>}>
          <JSONView text={stringify(withoutPictures(outputs), 2)} label="The result as JSON" />
        </Suspense>
      ) : (
        <Element values={values} input={input} />
      )}
      <div className="raw-head">
        <button type="button" className="button small" aria-pressed={raw} onClick={() => setRaw(!raw)}>
          <Icon name="braces" /> JSON
        </button>
        <Download
          name="result.json"
          make={() => new Blob([stringify(outputs, 2)], { type: "application/json" })}
          label="Download JSON"
        />
      </div>
    </div>
  );
}

interface Named {
  name: string;
  value: Value;
}

// Element shows pictures on a stage, and text next to it.
function Element({ values, input }: { values: Named[]; input: Picture | null }) {
  const flat = values.flatMap((v) =>
    v.value.kind === "list" ? v.value.items.map((value, i) => ({ name: `${v.name} ${i + 1}`, value })) : [v],
  );
  const staged = flat
    .filter((v) => v.value.kind === "picture" || v.value.kind === "detections")
    .sort((a, b) => rank(a) - rank(b));
  const rest = flat
    .filter((v) => v.value.kind === "text")
    .concat(flat.filter((v) => v.value.kind === "table" || v.value.kind === "json"));
  const chosen = useDetections(flat);
  const ground = input?.shown || firstPicture(flat);
  return (
    <div className={staged.length > 0 ? "element" : "element element-plain"}>
      {staged.length > 0 && (
        <Tabs.Root className="stage" defaultValue={staged[0]!.name}>
          <Tabs.List className="tabs" aria-label="Pictures">
            {staged.map((v) => (
              <Tabs.Trigger key={v.name} className="tab" value={v.name}>
                {v.name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          {staged.map(({ name, value }) => (
            <Tabs.Content key={name} className="stage-content" value={name}>
              {value.kind === "picture" && <Compare name={name} picture={value} input={input} />}
              {value.kind === "detections" && <Boxes value={value} ground={ground} chosen={chosen} name={name} />}
            </Tabs.Content>
          ))}
        </Tabs.Root>
      )}
      <div className="readings" tabIndex={0} role="group" aria-label="Values">
        {rest.map(({ name, value }) => (
          <Reading key={name} name={name} value={value} />
        ))}
        {flat.map(
          ({ name, value }) =>
            value.kind === "detections" && <DetectionList key={name} name={name} value={value} chosen={chosen} />,
        )}
      </div>
    </div>
  );
}

// Boxes come first, because they are interactive and a drawing is not.
function rank(v: Named): number {
  return v.value.kind === "detections" && v.value.detections.length > 0 ? 0 : 1;
}

function firstPicture(values: Named[]): string {
  const found = values.find((v) => v.value.kind === "picture");
  return found?.value.kind === "picture" ? found.value.shown : "";
}

function Reading({ name, value }: Named) {
  return (
    <section className="reading">
      <div className="reading-head">
        <h3>{name}</h3>
        {value.kind === "text" && (
          <CopyButton className="button quiet small" text={value.text} label={`Copy ${name}`} />
        )}
      </div>
      {value.kind === "text" && (
        <p
          className={
            value.text.length < 24 && !value.text.includes("\n") ? "reading-text reading-short" : "reading-text"
          }
        >
          {value.text || <em>empty</em>}
        </p>
      )}
      {value.kind === "table" && <Table columns={value.columns} rows={value.rows} />}
      {value.kind === "json" && (
        <pre className="reading-json" tabIndex={0} role="group" aria-label={`${name} as JSON`}>
          {stringify(withoutPictures(value.value), 2)}
        </pre>
      )}
    </section>
  );
}
