import { lazy, Suspense, type ReactNode } from "react";
import { stringify } from "../../json/exact";
import { Tabs } from "../../ui/Tabs";
import { Notice } from "../../ui/Tag";
import { fieldsOf, keyOf } from "../catalogue/fields";
import { useEditing } from "../context";
import type { Element } from "../model/doc";
import { setField } from "../model/edit";
import { nodeOf, referencesOf } from "../model/refs";
import { atField } from "../problems/problems";
import { FieldRow } from "./FieldRow";
import style from "./Form.module.css";
import { NameField } from "./NameField";
import { PanelHead } from "./PanelHead";

const JSONView = lazy(() => import("../../json/JSONView"));

interface Props {
  step: Element;
  readOnly: boolean;
  output: ReactNode; // of the last run
}

// StepPanel is the settings of a step, generated from the schema of its block.
export function StepPanel({ step, readOnly, output }: Props) {
  const { catalogue, document, troubles } = useEditing();
  const id = `steps.${step.name}`;
  const block = catalogue.blockOf(step.type);
  const mine = troubles.get(id) ?? [];
  const fields = fieldsOf(block);
  const named = new Set(fields.flatMap((f) => [f.name, ...f.aliases]));
  const rest = mine.filter((t) => !named.has(t.field.split(/[.[]/)[0]!));
  return (
    <section className={style.panel} aria-label="Settings" data-part="settings">
      <PanelHead id={id} name={step.name} title={block?.title ?? step.type} readOnly={readOnly} />
      <Tabs
        label="Views of the step"
        className={style.tabs}
        contentClassName={style.content}
        tabs={[
          {
            id: "settings",
            label: "Settings",
            content: (
              <div className={style.form}>
                {block?.help && <p className={style.quiet}>{block.help}</p>}
                {rest.map((t) => (
                  <Notice key={t.text} role="note">
                    {t.text}
                  </Notice>
                ))}
                <NameField key={id} id={id} disabled={readOnly} />
                {fields.map((f) => {
                  const key = keyOf(step.fields, f);
                  return (
                    <FieldRow
                      key={`${id} ${f.name}`}
                      owner={id}
                      field={f}
                      value={step.fields[key]}
                      error={atField(mine, [f.name, ...f.aliases])}
                      disabled={readOnly}
                      onChange={(value) => document.edit((t) => setField(t, id, [key], value), `${id} ${key}`)}
                    />
                  );
                })}
                <UsedBy id={id} />
              </div>
            ),
          },
          { id: "output", label: "Output", content: output },
          {
            id: "json",
            label: "JSON",
            content: (
              <Suspense fallback={null}>
                <JSONView text={stringify(step.fields, 2)} label={`${step.name} as JSON`} />
              </Suspense>
            ),
          },
        ]}
      />
    </section>
  );
}

function UsedBy({ id }: { id: string }) {
  const { document, select } = useEditing();
  const users = document.doc.steps.filter((s) => referencesOf(s.fields).some((f) => nodeOf(f.reference) === id));
  if (users.length === 0) return null;
  return (
    <div className={style.group}>
      <h3>Used by</h3>
      <div className={style.used}>
        {users.map((s) => (
          <button key={s.name} type="button" className={style.chip} onClick={() => select(`steps.${s.name}`)}>
            {s.name}
          </button>
        ))}
      </div>
    </div>
  );
}
