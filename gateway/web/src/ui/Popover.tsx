import { Popover as Radix } from "radix-ui";
import { type ReactNode } from "react";
import style from "./Popover.module.css";

interface Props {
  // The button that opens it.
  trigger: ReactNode;
  // Names the popover for screen readers.
  label: string;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  align?: "start" | "center" | "end";
  children: ReactNode;
}

// Popover is a panel at its button. Escape and a click elsewhere close it.
export function Popover({ trigger, label, open, onOpenChange, align = "start", children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={style.popover} aria-label={label} align={align} sideOffset={6} collisionPadding={12}>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
