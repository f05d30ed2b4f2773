import { type ComponentProps, type ReactNode } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import style from "./Button.module.css";

export type ButtonLook = "filled" | "outline" | "ghost" | "danger" | "link";
// Heights in px: 28 in rows, 32 in the console, 40 and 44 on the share page, 48 on phones.
export type ButtonSize = 28 | 32 | 40 | 44 | 48;

interface Props extends ComponentProps<"button"> {
  look?: ButtonLook;
  size?: ButtonSize;
  icon?: string;
  // An icon alone. The label becomes the accessible name.
  square?: boolean;
  // Busy buttons stay focusable, so that the focus is not lost while they work.
  busy?: boolean;
  children?: ReactNode;
}

export function Button({
  look = "outline",
  size = 32,
  icon,
  square,
  busy,
  className,
  children,
  onClick,
  ...rest
}: Props) {
  return (
    <button
      type="button"
      {...rest}
      className={classes(style.button, style[look], style[`size${size}`], square && style.square, className)}
      aria-busy={busy || undefined}
      aria-disabled={busy || rest["aria-disabled"]}
      aria-label={rest["aria-label"] ?? (square && typeof children === "string" ? children : undefined)}
      onClick={busy ? (e) => e.preventDefault() : onClick}
    >
      {busy ? <span className={style.spinner} /> : icon && <Icon name={icon} size={size < 32 ? 14 : 16} />}
      {!square && children}
    </button>
  );
}
