import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import type { Output } from "../api/client";
import { stringify } from "../json/exact";
import { outputLabel, readable } from "../run/fields";
import type { Result } from "../run/useRun";
import { Button } from "../ui/Button";
import { Download } from "./Download";
import { Element } from "./Element";
import style from "./Results.module.css";
import { forget, read, withoutPictures } from "./values";

const JSONView = lazy(() => import("../json/JSONView"));

// Results shows the outputs of a finished run, one batch element at a time.
export default function Results({
  result,
  outputs: declared,
  raw,
}: {
  result: Result;
  outputs: Output[];
  raw: boolean;
}) {
  const outputs = useMemo(() => result.response.outputs ?? [], [result]);
  const [element, setElement] = useState(0);
  const current = useMemo(() => outputs[element] ?? outputs[0] ?? {}, [outputs, element]);
  const values = useMemo(() => {
    const order = declared.map((o) => o.name ?? "");
    const labels = new Map(declared.map((o) => [o.name ?? "", outputLabel(o)]));
    const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    return Object.entries(current)
      .sort(([a], [b]) => place(a) - place(b))
      .map(([name, v]) => ({ name, label: labels.get(name) ?? readable(name), value: read(v) }));
  }, [current, declared]);
  useEffect(() => () => values.forEach((v) => forget(v.value)), [values]);
  const input = Object.values(result.given.pictures).find((p) => p?.shown);
  return (
    <div className={style.results} data-part="results">
      {outputs.length > 1 && (
        <div className={style.elements} role="group" aria-label="Element of the batch">
          {outputs.map((_, i) => (
            <Button key={i} size={28} aria-pressed={i === element} onClick={() => setElement(i)}>
              {i + 1}
            </Button>
          ))}
        </div>
      )}
      {raw ? (
        <div className={style.raw}>
          <Suspense fallback={<p className={style.quiet}>Loading…</p>}>
            <JSONView text={stringify(withoutPictures(outputs), 2)} label="The result as JSON" />
          </Suspense>
          <div className={style.foot}>
            <Download
              name="result.json"
              make={() => new Blob([stringify(outputs, 2)], { type: "application/json" })}
              label="Download JSON"
            />
          </div>
        </div>
      ) : (
        <Element values={values} input={input} />
      )}
    </div>
  );
}
