// Query operations as sentences to fill in.
import { useId } from "react";
import { comparators } from "../../graph/filterSentence";
import { Button } from "../../ui/Button";
import { Input } from "../../ui/Field";
import { Menu } from "../../ui/Menu";
import { Select } from "../../ui/Select";
import { ListValue, NumberValue, TextValue } from "../forms/TextValue";
import style from "./Builder.module.css";
import * as q from "./sentence";

const properties = ["confidence", "class_name", "width", "height", "area_px", "tracker_id", "x_min", "y_min"];
const wordsOf = (property: string) => (property === "class_name" ? "class" : property.replace(/_/g, " "));
const isText = (property: string) => property === "class_name";
const numbers = ["(Number) >=", "(Number) >", "(Number) <=", "(Number) <", "(Number) ==", "(Number) !="];
const texts = ["in (Sequence)", "(String) contains", "(String) startsWith", "(String) endsWith"];

interface Props {
  parts: q.Part[];
  disabled: boolean;
  onChange: (parts: q.Part[]) => void;
}

export function Builder({ parts, disabled, onChange }: Props) {
  const put = (i: number, part: q.Part) => onChange(parts.map((p, at) => (at === i ? part : p)));
  const take = (i: number) => onChange(parts.filter((_, at) => at !== i));
  const add = (label: string, part: () => q.Part) => ({ label, onSelect: () => onChange([...parts, part()]) });
  return (
    <div className={style.parts} data-part="builder">
      {parts.map((part, i) => (
        <div key={i} className={style.part}>
          <PartRow part={part} disabled={disabled} onChange={(p) => put(i, p)} />
          <Button look="ghost" square size={28} icon="cross" disabled={disabled} onClick={() => take(i)}>
            {`Remove operation ${i + 1}`}
          </Button>
        </div>
      ))}
      {!disabled && (
        <Menu
          align="start"
          trigger={
            <Button look="link" icon="plus">
              Add an operation
            </Button>
          }
          actions={[
            add("Keep detections when", () => q.filter([q.first()])),
            add("Take a property of each", () => q.extract("class_name")),
            add("Join them", () => q.join(", ")),
            ...Object.entries(q.plain).map(([type, label]) => add(label, () => q.plainPart(type))),
          ]}
        />
      )}
    </div>
  );
}

interface PartProps {
  part: q.Part;
  disabled: boolean;
  onChange: (part: q.Part) => void;
}

function PartRow({ part, disabled, onChange }: PartProps) {
  switch (part.kind) {
    case "filter":
      return <FilterRows part={part} disabled={disabled} onChange={onChange} />;
    case "extract":
      return (
        <label className={style.line}>
          <span>Take of each the</span>
          <Property value={part.property} disabled={disabled} onChange={(p) => onChange(q.extract(p))} />
        </label>
      );
    case "join":
      return (
        <label className={style.line}>
          <span>Join them with</span>
          <Input
            mono
            aria-label="Separator"
            disabled={disabled}
            value={JSON.stringify(part.separator).slice(1, -1)}
            onChange={(e) => onChange(q.join(unescaped(e.target.value)))}
          />
        </label>
      );
    default:
      return <p className={style.line}>{q.plain[part.type]}</p>;
  }
}

// unescaped reads "\n" as a line break. A backslash alone is one.
function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text.replace(/"/g, '\\"')}"`) as string;
  } catch {
    return text;
  }
}

function FilterRows({ part, disabled, onChange }: PartProps & { part: q.Part & { kind: "filter" } }) {
  const { conditions, any, raw } = part;
  const write = (next: q.Condition[], anyOf = any) => onChange(q.filter(next, anyOf, raw));
  return (
    <div className={style.filter} role="group" aria-label="Keep a detection when">
      <div className={style.line}>
        <span>Keep a detection when</span>
        {conditions.length > 1 && (
          <Select
            aria-label="How many conditions hold"
            disabled={disabled}
            value={any ? "any" : "all"}
            onChange={(e) => write(conditions, e.target.value === "any")}
            options={[
              { value: "all", label: "all hold" },
              { value: "any", label: "any holds" },
            ]}
          />
        )}
      </div>
      {conditions.map((c, i) => (
        <ConditionRow
          key={i}
          c={c}
          disabled={disabled}
          onChange={(next) => write(conditions.map((old, at) => (at === i ? next : old)))}
          onRemove={conditions.length > 1 ? () => write(conditions.filter((_, at) => at !== i)) : undefined}
        />
      ))}
      {!disabled && (
        // One condition holds whether all or any must: with a second one, all must.
        <Button look="link" icon="plus" onClick={() => write([...conditions, q.first()], conditions.length > 1 && any)}>
          Add a condition
        </Button>
      )}
    </div>
  );
}

interface ConditionProps {
  c: q.Condition;
  disabled: boolean;
  onChange: (c: q.Condition) => void;
  onRemove?: () => void;
}

function ConditionRow({ c, disabled, onChange, onRemove }: ConditionProps) {
  const set = (part: Partial<q.Condition>) => onChange(q.condition({ ...c, ...part }, c.raw));
  const setProperty = (property: string) =>
    isText(property) === isText(c.property)
      ? set({ property })
      : isText(property)
        ? set({ property, comparator: "in (Sequence)", negate: false, right: { value: [] } })
        : set({ property, comparator: "(Number) >=", negate: false, right: { value: 0.5 } });
  const setComparator = (key: string) => {
    const negate = key.startsWith("not ");
    const comparator = negate ? key.slice(4) : key;
    const same = q.takesOf(comparator) === q.takesOf(c.comparator);
    const empty = q.takesOf(comparator) === "list" ? [] : "";
    set({ comparator, negate, right: same ? c.right : { value: empty } });
  };
  const now = `${c.negate ? "not " : ""}${c.comparator}`;
  const known = isText(c.property) ? [...texts, "not in (Sequence)"] : numbers;
  return (
    <div className={style.condition}>
      <Property value={c.property} disabled={disabled} onChange={setProperty} />
      <Select
        aria-label="Comparison"
        disabled={disabled}
        value={now}
        onChange={(e) => setComparator(e.target.value)}
        options={[...new Set([...known, now])].map((key) => ({ value: key, label: comparisonOf(key) }))}
      />
      <Right c={c} disabled={disabled} onChange={(right) => set({ right })} />
      {onRemove && (
        <Button look="ghost" square size={28} icon="cross" disabled={disabled} onClick={onRemove}>
          Remove the condition
        </Button>
      )}
    </div>
  );
}

function comparisonOf(key: string): string {
  const negate = key.startsWith("not ");
  const words = comparators[negate ? key.slice(4) : key];
  return words?.[negate ? 1 : 0] ?? key;
}

function Right({
  c,
  disabled,
  onChange,
}: Omit<ConditionProps, "onChange"> & { onChange: (r: q.Condition["right"]) => void }) {
  const id = useId();
  if ("name" in c.right)
    return (
      <code className={style.name} title="A parameter of the query">
        {c.right.name}
      </code>
    );
  const common = {
    described: {
      id,
      "aria-label": `Value of ${wordsOf(c.property)}`,
      "aria-invalid": undefined,
      "aria-describedby": undefined,
    },
    value: c.right.value,
    disabled,
  };
  switch (q.takesOf(c.comparator)) {
    case "number":
      return <NumberValue {...common} whole={false} onChange={(v) => v !== undefined && onChange({ value: v })} />;
    case "list":
      return <ListValue {...common} onChange={(v) => onChange({ value: v ?? [] })} />;
    default:
      return <TextValue {...common} long={false} onChange={(v) => onChange({ value: v })} />;
  }
}

function Property({ value, disabled, onChange }: { value: string; disabled: boolean; onChange: (p: string) => void }) {
  return (
    <Select
      aria-label="Property"
      disabled={disabled}
      value={value}
      onChange={(e) => onChange(e.target.value)}
      options={[...new Set([...properties, value])].map((p) => ({ value: p, label: wordsOf(p) }))}
    />
  );
}
