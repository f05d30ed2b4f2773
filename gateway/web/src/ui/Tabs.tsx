import { Tabs as Radix } from "radix-ui";
import { type ReactNode } from "react";
import { classes } from "./classes";
import style from "./Tabs.module.css";

export interface Tab {
  id: string;
  label: string;
  content: ReactNode;
}

interface Props {
  label: string; // of the list, for screen readers
  tabs: Tab[];
  value?: string;
  onChange?: (id: string) => void;
  className?: string;
  contentClassName?: string;
}

export function Tabs({ label, tabs, value, onChange, className, contentClassName }: Props) {
  return (
    <Radix.Root
      className={className}
      value={value}
      defaultValue={value === undefined ? tabs[0]?.id : undefined}
      onValueChange={onChange}
    >
      <Radix.List className={style.list} aria-label={label}>
        {tabs.map((t) => (
          <Radix.Trigger key={t.id} value={t.id} className={style.tab}>
            {t.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((t) => (
        <Radix.Content key={t.id} value={t.id} className={classes(style.content, contentClassName)} tabIndex={-1}>
          {t.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
