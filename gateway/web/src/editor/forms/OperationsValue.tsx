import { useState } from "react";
import { filterSentence } from "../../graph/filterSentence";
import type { Described } from "../../ui/Field";
import { Meter } from "../../ui/Meter";
import { Segments } from "../../ui/Segments";
import { useEditing } from "../context";
import { Builder } from "../query/Builder";
import { operationsOf, partsOf } from "../query/sentence";
import style from "./Form.module.css";
import { JSONValue } from "./TextValue";

interface Props {
  step: string;
  described: Described;
  value: unknown;
  disabled: boolean;
  onChange: (value: unknown) => void;
}

// OperationsValue changes operations as sentences. What sentences cannot say is changed as
// JSON, and nothing of it is lost.
export function OperationsValue(props: Props) {
  const said = filterSentence(props.value);
  const parts = partsOf(props.value);
  const last = useEditing().kept.get(props.step);
  const [json, setJSON] = useState(false);
  return (
    <div className={style.row}>
      {said && (
        <div className={style.sentence} data-part="sentence">
          <p>
            {said.map((w, i) => (typeof w === "string" ? <span key={i}>{w}</span> : <code key={i}>{w.code}</code>))}
          </p>
          {last && <Meter plain value={last.kept} most={last.of} words={`Last run: ${last.kept} of ${last.of} kept`} />}
        </div>
      )}
      {parts ? (
        <Segments
          label="Form of the operations"
          value={json ? "json" : "sentence"}
          options={[
            { id: "sentence", label: "Sentence" },
            { id: "json", label: "Operations as JSON" },
          ]}
          onChange={(v) => setJSON(v === "json")}
        />
      ) : (
        <p className={style.help}>These operations say more than the form can. Change them as JSON.</p>
      )}
      {parts && !json ? (
        <Builder parts={parts} disabled={props.disabled} onChange={(next) => props.onChange(operationsOf(next))} />
      ) : (
        <JSONValue {...props} />
      )}
    </div>
  );
}
