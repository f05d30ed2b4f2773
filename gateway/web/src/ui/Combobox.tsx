import { Command } from "cmdk";
import { Popover as Radix } from "radix-ui";
import { useId, useMemo, useState, type ReactNode } from "react";
import { Button } from "./Button";
import { classes } from "./classes";
import { Icon } from "./icons";
import field from "./Field.module.css";
import popover from "./Popover.module.css";
import style from "./Combobox.module.css";

export interface Choice {
  value: string;
  label: string;
  icon?: string;
  // Why the choice is disabled, or what distinguishes it.
  note?: string;
  disabled?: boolean;
}

interface Props {
  label: string;
  // A function is for a list that takes time to make: it is called when the list opens.
  choices: Choice[] | (() => Choice[]);
  // Text shown for the value. The default is the label of its choice.
  shown?: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  // Below the list, such as "Create a credential".
  action?: { label: string; onSelect: () => void };
  empty?: ReactNode;
  // Whether a text that is no choice can be taken as it was typed.
  free?: boolean;
  id?: string;
}

// Combobox picks one of many: type to filter, arrow keys to move, Enter to pick.
export function Combobox({
  label,
  choices,
  shown,
  value,
  onChange,
  placeholder,
  action,
  empty = "Nothing matches.",
  free,
  id,
}: Props) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const typed = text.trim();
  const list = useId();
  const chosen = typeof choices === "function" ? undefined : choices.find((c) => c.value === value);
  const words = shown || chosen?.label;
  const pick = (next: () => void) => {
    next();
    setOpen(false);
    setText("");
  };
  return (
    <Radix.Root open={open} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <button
          type="button"
          id={id}
          role="combobox"
          aria-label={label}
          aria-expanded={open}
          aria-controls={list}
          className={classes(field.control, style.trigger)}
        >
          {chosen?.icon && <Icon name={chosen.icon} />}
          <span className={classes(style.value, !words && style.none)}>{words || (placeholder ?? "Choose")}</span>
          <Icon name="down" />
        </button>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={classes(popover.popover, style.list)}
          align="start"
          sideOffset={4}
          collisionPadding={12}
          aria-label={label}
          id={list}
        >
          <Command label={label} loop>
            <Command.Input
              className={classes(field.control, style.search)}
              placeholder="Search"
              value={text}
              onValueChange={setText}
            />
            <Command.List className={style.items} label={label}>
              <Command.Empty className={style.empty}>{empty}</Command.Empty>
              <Items choices={choices} value={value} onPick={(next) => pick(() => onChange(next))} />
              {free && typed && (
                <Command.Item
                  forceMount
                  value={`Use ${typed}`}
                  className={style.item}
                  onSelect={() => pick(() => onChange(typed))}
                >
                  <span className={style.value}>Use {typed}</span>
                </Command.Item>
              )}
            </Command.List>
          </Command>
          {action && (
            <Button look="link" icon="plus" className={style.action} onClick={() => pick(action.onSelect)}>
              {action.label}
            </Button>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

// Items are mounted while the list is open.
function Items({ choices, value, onPick }: Pick<Props, "choices" | "value"> & { onPick: (value: string) => void }) {
  const list = useMemo(() => (typeof choices === "function" ? choices() : choices), [choices]);
  return list.map((c) => (
    <Command.Item
      key={c.value}
      value={`${c.label} ${c.value}`}
      disabled={c.disabled}
      className={style.item}
      onSelect={() => onPick(c.value)}
    >
      {c.icon && <Icon name={c.icon} />}
      <span className={style.value}>{c.label}</span>
      {c.note && <span className={style.note}>{c.note}</span>}
      {c.value === value && <Icon name="check" />}
    </Command.Item>
  ));
}
