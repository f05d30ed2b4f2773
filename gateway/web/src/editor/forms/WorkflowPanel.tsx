import { Button } from "../../ui/Button";
import { useEditing } from "../context";
import { add, removeElement, setField } from "../model/edit";
import { sources } from "../catalogue/fit";
import { Notice } from "../../ui/Tag";
import { atField } from "../problems/problems";
import style from "./Form.module.css";
import { NameField } from "./NameField";
import { ReferencePicker } from "./ReferencePicker";

const anything = { kinds: ["*"], via: "self" as const, target: false };

// WorkflowPanel is what a workflow takes and gives.
export function WorkflowPanel({ readOnly }: { readOnly: boolean }) {
  const { document, select, troubles, catalogue } = useEditing();
  const { doc } = document;
  const addInput = (fields: Record<string, unknown>) => {
    const done = add(doc.text, "inputs", fields);
    document.edit(() => done.text);
    select(`inputs.${done.name}`);
  };
  const addOutput = () => {
    const used = new Set(doc.outputs.map((o) => o.fields.selector));
    const next = sources(doc, catalogue.blockOf).findLast((s) => s.node.startsWith("steps.") && !used.has(s.selector));
    const name = next ? next.output : "output";
    document.edit((t) => add(t, "outputs", { type: "JsonField", name, selector: next?.selector ?? "" }).text);
  };
  return (
    <section className={style.panel} aria-label="Settings" data-part="settings">
      <div className={style.head}>
        <div className={style.title}>
          <h2>Workflow</h2>
          <p>What it takes and what it gives</p>
        </div>
      </div>
      <div className={style.body}>
        <div className={style.form}>
          {(troubles.get("") ?? []).map((t) => (
            <Notice key={t.text} role="note">
              {t.text}
            </Notice>
          ))}
          <div className={style.group}>
            <h3>Inputs</h3>
            {doc.inputs.map((i) => (
              <div key={i.index} className={style.item}>
                <Button
                  look="ghost"
                  icon={/Image$/.test(i.type) ? "image" : "value"}
                  onClick={() => select(`inputs.${i.name}`)}
                >
                  {i.name}
                </Button>
              </div>
            ))}
            {!readOnly && (
              <div className={style.used}>
                <Button size={28} icon="plus" onClick={() => addInput({ type: "WorkflowImage", name: "image" })}>
                  Picture
                </Button>
                <Button
                  size={28}
                  icon="plus"
                  onClick={() => addInput({ type: "WorkflowParameter", name: "value", kind: ["string"] })}
                >
                  Value
                </Button>
              </div>
            )}
          </div>
          <div className={style.group}>
            <h3>Outputs</h3>
            {doc.outputs.map((o) => {
              const id = `outputs.${o.name}`;
              const error = atField(troubles.get(id) ?? [], ["selector", "name", "type", ""]);
              return (
                <div key={`${o.index} ${o.name}`} className={style.card} data-part="output">
                  <NameField id={id} disabled={readOnly} />
                  <ReferencePicker
                    label={`Source of ${o.name}`}
                    owner=""
                    wiring={anything}
                    value={o.fields.selector}
                    onChange={(selector) => document.edit((t) => setField(t, id, ["selector"], selector))}
                  />
                  {error && <p className={style.error}>{error}</p>}
                  {!readOnly && (
                    <Button look="link" onClick={() => document.edit((t) => removeElement(t, id))}>
                      Remove this output
                    </Button>
                  )}
                </div>
              );
            })}
            {!readOnly && (
              <Button size={28} icon="plus" onClick={addOutput}>
                Output
              </Button>
            )}
          </div>
        </div>
      </div>
    </section>
  );
}
