import { type ComponentProps } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import field from "./Field.module.css";
import style from "./Select.module.css";

export interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}

// Select is the browser's own list: it works on phones, by keyboard and by type-ahead. (Radix's
// writes HTML at run time, which our Trusted Types refuse.) Combobox is for lists to search.
export function Select({
  options,
  className,
  ...rest
}: Omit<ComponentProps<"select">, "children"> & { options: Option[] }) {
  return (
    <span className={style.room}>
      <select {...rest} className={classes(field.control, style.select, className)}>
        {options.map((o) => (
          <option key={o.value} value={o.value} disabled={o.disabled}>
            {o.label}
          </option>
        ))}
      </select>
      <Icon name="down" />
    </span>
  );
}
