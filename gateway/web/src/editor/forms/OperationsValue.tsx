import { filterSentence } from "../../graph/filterSentence";
import type { Described } from "../../ui/Field";
import style from "./Form.module.css";
import { JSONValue } from "./TextValue";

interface Props {
  described: Described;
  value: unknown;
  disabled: boolean;
  onChange: (value: unknown) => void;
}

// OperationsValue says the operations as a sentence, with their JSON to change below.
export function OperationsValue(props: Props) {
  const said = filterSentence(props.value);
  return (
    <div className={style.row}>
      {said && (
        <p className={style.sentence} data-part="sentence">
          {said.map((w, i) => (typeof w === "string" ? <span key={i}>{w}</span> : <code key={i}>{w.code}</code>))}
        </p>
      )}
      <JSONValue {...props} />
    </div>
  );
}
