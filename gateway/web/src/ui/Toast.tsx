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

// useToast returns a function that says what has happened, for a few seconds. What must not be
// missed is never a toast.
export const useToast = () => useContext(Say);

let last = 0;

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
          <Radix.Root key={m.id} className={style.toast} onOpenChange={(open) => !open && drop(m.id)}>
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
