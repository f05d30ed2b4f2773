import { lazy, Suspense } from "react";
import { stringify } from "../json/exact";
import type { Picture } from "../run/picture";
import { CopyButton } from "../ui/CopyButton";
import { Tabs } from "../ui/Tabs";
import { Boxes } from "./Boxes";
import { Compare } from "./Compare";
import { DetectionList } from "./DetectionList";
import { looksLikeMarkdown } from "./looksLikeMarkdown";
import style from "./Results.module.css";
import { Table } from "./Table";
import { useDetections } from "./useDetections";
import { withoutPictures, type Value } from "./values";

const Markdown = lazy(() => import("./Markdown"));

export interface Named {
  name: string;
  label: string; // for people
  value: Value;
}

// Element shows pictures on a stage, and text next to it.
export function Element({ values, input }: { values: Named[]; input?: Picture }) {
  const flat = values.flatMap((v) =>
    v.value.kind === "list"
      ? v.value.items.map((value, i) => ({
          name: `${v.name} ${i + 1}`,
          label: `${v.label} ${i + 1}`,
          value,
        }))
      : [v],
  );
  // Boxes come first, because they are interactive and a drawing is not.
  const staged = flat
    .filter((v) => v.value.kind === "picture" || v.value.kind === "detections")
    .sort((a, b) => rank(a) - rank(b));
  const rest = flat
    .filter((v) => v.value.kind === "text")
    .concat(flat.filter((v) => v.value.kind === "table" || v.value.kind === "json"));
  const chosen = useDetections();
  const stageOf = ({ name, value }: Named) =>
    value.kind === "picture" ? (
      <Compare name={name} picture={value} input={input} />
    ) : value.kind === "detections" ? (
      <Boxes name={name} value={value} input={input} chosen={chosen} />
    ) : null;
  return (
    <div className={staged.length > 0 ? style.element : `${style.element} ${style.plain}`}>
      {staged.length === 1 && <div className={style.stage}>{stageOf(staged[0]!)}</div>}
      {staged.length > 1 && (
        <Tabs
          label="Pictures"
          className={style.stage}
          contentClassName={style.content}
          tabs={staged.map((v) => ({ id: v.name, label: v.label, content: stageOf(v) }))}
        />
      )}
      <div className={style.readings} tabIndex={0} role="group" aria-label="Values">
        {rest.map((v) => (
          <Reading key={v.name} {...v} />
        ))}
        {flat.map(
          ({ name, label, value }) =>
            value.kind === "detections" && <DetectionList key={name} name={label} value={value} chosen={chosen} />,
        )}
      </div>
    </div>
  );
}

function rank(v: Named): number {
  return v.value.kind === "detections" && v.value.detections.length > 0 ? 0 : 1;
}

function Reading({ name, label, value }: Named) {
  return (
    <section className={style.reading} data-part="reading">
      <div className={style.head}>
        <h3 className={style.name}>{label}</h3>
        {value.kind === "text" && (
          <CopyButton look="ghost" size={28} text={value.text} label="Copy" name={`Copy ${name}`} />
        )}
      </div>
      {value.kind === "text" && <Text text={value.text} />}
      {value.kind === "table" && <Table name={name} columns={value.columns} rows={value.rows} />}
      {value.kind === "json" && (
        <pre className={style.json} tabIndex={0} role="group" aria-label={`${name} as JSON`}>
          {stringify(withoutPictures(value.value), 2)}
        </pre>
      )}
    </section>
  );
}

function Text({ text }: { text: string }) {
  if (!text) return <p className={style.meta}>empty</p>;
  const short = text.length < 24 && !text.includes("\n");
  const plain = (
    <p className={short ? `${style.text} ${style.short}` : style.text} data-part="text">
      {text}
    </p>
  );
  if (!looksLikeMarkdown(text)) return plain;
  return (
    <Suspense fallback={plain}>
      <Markdown text={text} below={3} />
    </Suspense>
  );
}
