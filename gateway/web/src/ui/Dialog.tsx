// A modal dialog: the focus goes in, stays in, and comes back (Radix).
import { Dialog as Radix } from "radix-ui";
import { useRef, type ReactNode } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import button from "./Button.module.css";
import style from "./Dialog.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  title: string;
  description: string;
  children: ReactNode;
  wide?: boolean;
  wider?: boolean; // room for two columns
  full?: boolean; // the whole screen
}

export function Dialog({ open, onClose, title, description, children, wide, wider, full }: Props) {
  // Return the focus to the element that opened the dialog. Radix returns it only to its
  // own trigger.
  const opener = useRef<Element>(null);
  return (
    <Radix.Root open={open} onOpenChange={(o) => !o && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={style.overlay} />
        <Radix.Content
          className={classes(style.dialog, wide && style.wide, wider && style.wider, full && style.full)}
          onOpenAutoFocus={() => (opener.current = document.activeElement)}
          onCloseAutoFocus={(e) => {
            e.preventDefault();
            placeOf(opener.current)?.focus();
          }}
        >
          <div className={style.head}>
            <Radix.Title className={style.title}>{title}</Radix.Title>
            <Radix.Close
              className={classes(button.button, button.ghost, button.size40, button.square)}
              aria-label="Close"
            >
              <Icon name="cross" />
            </Radix.Close>
          </div>
          <Radix.Description className={description ? style.text : "sr-only"}>{description}</Radix.Description>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

// placeOf is where the focus goes. An opener may be gone, such as a button to save what is now
// saved: then it is the dialog below, or the page.
function placeOf(opener: Element | null): HTMLElement | null {
  if (opener instanceof HTMLElement && opener.isConnected && opener !== document.body) return opener;
  const below = [...document.querySelectorAll<HTMLElement>("[role=dialog][data-state=open]")].at(-1);
  return below ?? document.querySelector<HTMLElement>("#main");
}

export function DialogFoot({ children }: { children: ReactNode }) {
  return <div className={style.foot}>{children}</div>;
}
