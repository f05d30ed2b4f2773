import { Field, Input } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { useEditing } from "../context";
import { kindsOfInput, kindWords } from "../catalogue/fit";
import type { Element } from "../model/doc";
import { setField } from "../model/edit";
import { atField } from "../problems/problems";
import style from "./Form.module.css";
import { NameField } from "./NameField";
import { PanelHead } from "./PanelHead";
import { JSONValue, NumberValue, TextValue } from "./TextValue";

// The kinds that an input is mostly of.
const usual = [
  "string",
  "float_zero_to_one",
  "float",
  "integer",
  "boolean",
  "list_of_values",
  "dictionary",
  "roboflow_model_id",
  "*",
];

// InputPanel is the settings of an input of the workflow.
export function InputPanel({ input, readOnly }: { input: Element; readOnly: boolean }) {
  const { document, troubles } = useEditing();
  const id = `inputs.${input.name}`;
  const mine = troubles.get(id) ?? [];
  const picture = /Image$/.test(input.type);
  const kinds = kindsOfInput(input);
  const kind = kinds.length === 1 ? kinds[0]! : kinds.join(" ");
  const set = (key: string, value: unknown) => document.edit((t) => setField(t, id, [key], value), `${id} ${key}`);
  const setType = (type: string) =>
    document.edit((t) => {
      const typed = setField(t, id, ["type"], type);
      if (type === "WorkflowParameter") return setField(typed, id, ["kind"], ["string"]);
      return setField(setField(typed, id, ["kind"], undefined), id, ["default_value"], undefined);
    });
  const common = {
    value: input.fields.default_value,
    disabled: readOnly,
    onChange: (v: unknown) => set("default_value", v),
  };
  return (
    <section className={style.panel} aria-label="Settings" data-part="settings">
      <PanelHead id={id} name={input.name} title="Input of the workflow" readOnly={readOnly} />
      <div className={style.body}>
        <div className={style.form}>
          <NameField key={id} id={id} disabled={readOnly} />
          <Field label="Type" error={atField(mine, ["type"])}>
            {(d) => (
              <Select
                {...d}
                disabled={readOnly}
                value={input.type}
                onChange={(e) => setType(e.target.value)}
                options={[
                  { value: "WorkflowImage", label: "Picture" },
                  { value: "WorkflowParameter", label: "Value" },
                  ...(["WorkflowImage", "WorkflowParameter"].includes(input.type)
                    ? []
                    : [{ value: input.type, label: input.type }]),
                ]}
              />
            )}
          </Field>
          {!picture && (
            <>
              <Field label="Kind" error={atField(mine, ["kind"])}>
                {(d) => (
                  <Select
                    {...d}
                    disabled={readOnly}
                    value={kind}
                    onChange={(e) => set("kind", e.target.value.split(" "))}
                    options={[...new Set([...usual, kind])].map((k) => ({ value: k, label: kindWords(k.split(" ")) }))}
                  />
                )}
              </Field>
              <Field label="Default" optional error={atField(mine, ["default_value"])}>
                {(d) =>
                  kind === "boolean" ? (
                    <Select
                      {...d}
                      disabled={readOnly}
                      value={String(input.fields.default_value ?? "")}
                      onChange={(e) =>
                        set("default_value", e.target.value === "" ? undefined : e.target.value === "true")
                      }
                      options={[
                        { value: "", label: "None" },
                        { value: "true", label: "Yes" },
                        { value: "false", label: "No" },
                      ]}
                    />
                  ) : kind === "string" || kind === "roboflow_model_id" ? (
                    <TextValue described={d} {...common} long={false} />
                  ) : ["float", "float_zero_to_one", "integer"].includes(kind) ? (
                    <NumberValue described={d} {...common} whole={kind === "integer"} />
                  ) : (
                    <JSONValue described={d} {...common} />
                  )
                }
              </Field>
            </>
          )}
          <Field label="Description" optional>
            {(d) => (
              <Input
                {...d}
                disabled={readOnly}
                value={typeof input.fields.description === "string" ? input.fields.description : ""}
                onChange={(e) => set("description", e.target.value || undefined)}
              />
            )}
          </Field>
        </div>
      </div>
    </section>
  );
}
