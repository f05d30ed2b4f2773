import { type ComponentProps, type ReactNode } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import style from "./Tag.module.css";

export type Tone = "plain" | "accent" | "good" | "warn" | "bad";

// Tag is one word about a thing.
export function Tag({ tone = "plain", icon, children }: { tone?: Tone; icon?: string; children: ReactNode }) {
  return (
    <span className={classes(style.tag, style[tone])}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

// Chip is a short statement that opens to its details.
export function Chip({
  tone = "good",
  icon,
  children,
  ...rest
}: ComponentProps<"button"> & { tone?: "good" | "warn" | "bad"; icon: string }) {
  return (
    <button type="button" {...rest} className={classes(style.chip, style[`chip-${tone}`], rest.className)}>
      <Icon name={icon} />
      <span className={style.words}>{children}</span>
      <Icon name="down" size={14} />
    </button>
  );
}

// Notice is a sentence that the reader needs before going on.
export function Notice({
  tone = "warn",
  icon,
  role,
  children,
}: {
  tone?: "plain" | "warn" | "bad" | "good";
  icon?: string;
  role?: "alert" | "note" | "status";
  children: ReactNode;
}) {
  return (
    <div className={classes(style.notice, style[tone])} role={role}>
      <Icon name={icon ?? (tone === "good" ? "done" : "warning")} />
      <div className={style.words}>{children}</div>
    </div>
  );
}
