import { useId, type ReactNode } from "react";
import { classes } from "../../ui/classes";
import style from "./Share.module.css";

interface Props {
  label: string;
  aside?: ReactNode;
  value: boolean;
  onChange: (value: boolean) => void;
  off: { title: string; text: string };
  on: { title: string; text: string; disabled: boolean };
  children?: ReactNode;
}

// Radios choose between the safe setting and the open one.
export function Radios({ label, aside, value, onChange, off, on, children }: Props) {
  const name = useId();
  return (
    <section className={style.section} aria-labelledby={name}>
      <div className={style.head}>
        <h3 className={style.title} id={name}>
          {label}
        </h3>
        {aside && <span className={style.aside}>{aside}</span>}
      </div>
      <div className={style.radios} role="radiogroup" aria-labelledby={name}>
        {[off, { ...on }].map((option, i) => {
          const disabled = "disabled" in option && !!option.disabled;
          return (
            <label key={i} className={classes(style.radio, disabled && style.disabled)}>
              <input
                type="radio"
                name={name}
                checked={value === (i === 1)}
                disabled={disabled}
                onChange={() => onChange(i === 1)}
              />
              <span>
                <span className={style.option}>{option.title}</span>
                <span className={style.text}>{option.text}</span>
              </span>
            </label>
          );
        })}
      </div>
      {children}
    </section>
  );
}
