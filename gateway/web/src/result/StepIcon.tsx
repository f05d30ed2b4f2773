import { Icon } from "../ui/icons";
import style from "./Progress.module.css";

const icons: Record<string, string> = { succeeded: "check", failed: "cross", skipped: "skip", interrupted: "minus" };

export function StepIcon({ state }: { state: string }) {
  return (
    <span className={style.icon} data-state={state}>
      {icons[state] && <Icon name={icons[state]} size={12} />}
    </span>
  );
}
