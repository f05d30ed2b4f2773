import { DropdownMenu as Radix } from "radix-ui";
import { type ReactNode } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import style from "./Menu.module.css";

export interface Action {
  label: string;
  icon?: string;
  hint?: string; // a keyboard shortcut
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}

// Menu lists actions; null draws a line between groups.
export function Menu({
  trigger,
  actions,
  align = "end",
}: {
  trigger: ReactNode;
  actions: (Action | null)[];
  align?: "start" | "end";
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={style.menu} align={align} sideOffset={6} collisionPadding={12}>
          {actions.map((a, i) =>
            a === null ? (
              <Radix.Separator key={i} className={style.separator} />
            ) : (
              <Radix.Item
                key={a.label}
                className={classes(style.item, a.danger && style.danger)}
                disabled={a.disabled}
                onSelect={a.onSelect}
              >
                {a.icon && <Icon name={a.icon} />}
                <span className={style.label}>{a.label}</span>
                {a.hint && <kbd className={style.hint}>{a.hint}</kbd>}
              </Radix.Item>
            ),
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
