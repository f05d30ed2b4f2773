import { Tooltip as Radix } from "radix-ui";
import { type ReactNode } from "react";
import style from "./Tooltip.module.css";

export const TooltipProvider = Radix.Provider;

// Tooltip adds a few words to a control on hover and focus. It never contains required information.
export function Tooltip({ text, hint, children }: { text: string; hint?: string; children: ReactNode }) {
  return (
    <Radix.Root delayDuration={400}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={style.tooltip} sideOffset={6} collisionPadding={8}>
          {text} {hint && <kbd className={style.hint}>{hint}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
