// A modal dialog: focus goes in, stays in, and comes back (Radix).
import * as Radix from "@radix-ui/react-dialog";
import { useState, type ReactNode } from "react";
import { Icon } from "./icons";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description: string;
  children: ReactNode;
  wide?: boolean;
}

export function Dialog({ open, onClose, title, description, children, wide }: Props) {
  // Return the focus to the element that opened the dialog. Radix returns it only to its
  // own trigger.
  const [opener] = useState(() => document.activeElement);
  return (
    <Radix.Root open={open} onOpenChange={(o) => !o && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-overlay" />
        <Radix.Content
          className={wide ? "dialog dialog-wide" : "dialog"}
          onCloseAutoFocus={(e) => {
            e.preventDefault();
            if (opener instanceof HTMLElement) opener.focus();
          }}
        >
          <div className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close className="button quiet square" aria-label="Close">
              <Icon name="cross" />
            </Radix.Close>
          </div>
          <Radix.Description className="dialog-text">{description}</Radix.Description>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
