import { cloneElement, useState, type ReactElement, type ReactNode } from "react";
import type { ButtonHTMLAttributes } from "react";
import type { Popover } from "./Popover";

const load = () => import("./Popover");

interface Props {
  // The button that opens it.
  trigger: ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>;
  label: string;
  children: ReactNode;
}

// LazyPopover is a popover whose code is loaded when its button is first reached: the first screen
// of a page does not wait for it.
export function LazyPopover({ trigger, label, children }: Props) {
  const [Loaded, setLoaded] = useState<typeof Popover | null>(null);
  const [open, setOpen] = useState(false);
  if (Loaded)
    return (
      <Loaded trigger={trigger} label={label} open={open} onOpenChange={setOpen}>
        {children}
      </Loaded>
    );
  const soon = () => void load().catch(() => undefined);
  const click = () =>
    void load().then(
      (m) => {
        setLoaded(() => m.Popover);
        setOpen(true);
      },
      () => undefined, // the next click tries again
    );
  return cloneElement(trigger, {
    "aria-haspopup": "dialog",
    "aria-expanded": false,
    onClick: click,
    onPointerEnter: soon,
    onFocus: soon,
  });
}
