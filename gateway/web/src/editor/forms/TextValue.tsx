import { useEffect, useRef, useState } from "react";
import { numberOf, parse, stringify } from "../../json/exact";
import { Input, TextArea, type Described } from "../../ui/Field";

interface Props {
  described: Described;
  value: unknown;
  onChange: (value: unknown) => void;
  disabled: boolean;
  placeholder?: string;
}

export function TextValue({ described, value, onChange, disabled, placeholder, long }: Props & { long: boolean }) {
  const text = value === undefined || value === null ? "" : String(value);
  const common = {
    ...described,
    value: text,
    disabled,
    placeholder,
    onChange: (e: { target: { value: string } }) => onChange(e.target.value),
  };
  return long || text.includes("\n") || text.length > 60 ? (
    <TextArea {...common} rows={Math.min(10, Math.max(3, text.split("\n").length))} />
  ) : (
    <Input {...common} />
  );
}

export function NumberValue(props: Props & { whole: boolean }) {
  const read = (text: string) => {
    const n = numberOf(text);
    return text.trim() === "" || !Number.isFinite(Number(n)) || (props.whole && !/^\s*[+-]?\d+\s*$/.test(text))
      ? null
      : n;
  };
  return (
    <Typed
      {...props}
      write={(v) => (v === undefined || v === null ? "" : String(v))}
      read={read}
      render={(common) => <Input {...common} inputMode={props.whole ? "numeric" : "decimal"} />}
    />
  );
}

// ListValue takes words with commas between.
export function ListValue(props: Props) {
  const words = (text: string) =>
    text
      .split(",")
      .map((w) => w.trim())
      .filter(Boolean);
  return (
    <Typed
      {...props}
      write={(v) => (Array.isArray(v) ? v.join(", ") : "")}
      read={words}
      render={(common) => <Input {...common} placeholder="cat, dog" />}
    />
  );
}

export function JSONValue(props: Props) {
  return (
    <Typed
      {...props}
      write={(v) => (v === undefined ? "" : stringify(v, 2))}
      read={(text) => {
        try {
          return parse(text) ?? null;
        } catch {
          return null;
        }
      }}
      render={(common) => (
        <TextArea {...common} mono rows={Math.min(16, Math.max(3, common.value.split("\n").length))} />
      )}
    />
  );
}

interface TypedProps extends Props {
  write: (value: unknown) => string;
  read: (text: string) => unknown; // null: not yet a value
  render: (common: {
    id: string;
    value: string;
    disabled: boolean;
    placeholder?: string;
    "aria-label"?: string;
    "aria-invalid": boolean | undefined;
    "aria-describedby": string | undefined;
    onChange: (e: { target: { value: string } }) => void;
    onBlur: () => void;
  }) => React.ReactNode;
}

// Typed holds what is typed while it is not yet a value of its kind.
function Typed({ described, value, onChange, disabled, placeholder, write, read, render }: TypedProps) {
  const written = write(value);
  const [text, setText] = useState(written);
  const mine = useRef(written); // the value as this field last wrote it
  useEffect(() => {
    if (written === mine.current) return;
    mine.current = written;
    setText(written);
  }, [written]);
  const wrong = text.trim() !== "" && read(text) === null && text !== written;
  return render({
    id: described.id,
    "aria-label": described["aria-label"],
    value: text,
    disabled,
    placeholder,
    "aria-invalid": wrong || described["aria-invalid"],
    "aria-describedby": described["aria-describedby"],
    onChange: (e) => {
      const next = e.target.value;
      setText(next);
      const found = next.trim() === "" ? undefined : read(next);
      if (found === null) return;
      mine.current = write(found);
      onChange(found);
    },
    onBlur: () => {
      if (!wrong) setText(write(value));
    },
  });
}
