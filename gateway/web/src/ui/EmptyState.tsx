import { type ReactNode } from "react";
import { Icon } from "./icons";
import style from "./EmptyState.module.css";

// EmptyState says what will appear here, and offers the next step.
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: string;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={style.empty}>
      <Icon name={icon} size={24} />
      <p className={style.title}>{title}</p>
      {children && <div className={style.text}>{children}</div>}
      {action}
    </div>
  );
}
