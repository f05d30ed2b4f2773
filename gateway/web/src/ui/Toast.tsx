import { Toast as Radix } from "radix-ui";
import { createContext, useCallback, useContext, useState, type ReactNode } from "react";
import { Icon } from "./icons";
import style from "./Toast.module.css";

interface Message {
  id: number;
  text: string;
  tone: "good" | "bad";
}

const Say = createContext<(text: string, tone?: Message["tone"]) => void>(() => undefined);

// useToast returns a function that shows what has happened, for a few seconds. Do not use it for something that must
// not be missed.
export const useToast = () => useContext(Say);

let last = 0;

// passOn gives Escape to the element that a person works in, such as a dialog. Radix would give it to the newest toast
// only. If the focus is inside the toasts, Escape closes only them.
function passOn({ target }: KeyboardEvent) {
  if (!target || (target instanceof Element && target.closest(`.${style.viewport}`))) return;
  const again = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
  setTimeout(() => target.dispatchEvent(again)); // once the toast is gone
}

export function Toasts({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<Message[]>([]);
  const say = useCallback((text: string, tone: Message["tone"] = "good") => {
    setMessages((all) => [...all.slice(-2), { id: ++last, text, tone }]);
  }, []);
  const drop = (id: number) => setMessages((all) => all.filter((m) => m.id !== id));
  return (
    <Say value={say}>
      <Radix.Provider duration={5000}>
        {children}
        {messages.map((m) => (
          <Radix.Root
            key={m.id}
            className={style.toast}
            onOpenChange={(open) => !open && drop(m.id)}
            onEscapeKeyDown={passOn}
          >
            <Icon name={m.tone === "good" ? "done" : "wrong"} />
            <Radix.Description className={style.text} data-tone={m.tone}>
              {m.text}
            </Radix.Description>
            <Radix.Close className={style.close} aria-label="Dismiss">
              <Icon name="cross" size={14} />
            </Radix.Close>
          </Radix.Root>
        ))}
        <Radix.Viewport className={style.viewport} />
      </Radix.Provider>
    </Say>
  );
}
