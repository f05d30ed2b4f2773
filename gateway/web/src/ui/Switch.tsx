import { Switch as Radix } from "radix-ui";
import { type ReactNode } from "react";
import style from "./Switch.module.css";

interface Props {
  label: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

// Switch takes effect immediately; a Checkbox waits for its form.
export function Switch({ label, checked, disabled, onChange }: Props) {
  return (
    <label className={style.label}>
      <span>{label}</span>
      <Radix.Root className={style.switch} checked={checked} disabled={disabled} onCheckedChange={onChange}>
        <Radix.Thumb className={style.thumb} />
      </Radix.Root>
    </label>
  );
}
