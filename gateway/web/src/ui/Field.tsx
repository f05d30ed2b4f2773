// A labelled control: label, control, help, error. The error stands at the field.
import { useId, type ComponentProps, type ReactNode } from "react";
import { classes } from "./classes";
import { Icon } from "./icons";
import style from "./Field.module.css";

export interface FieldProps {
  label: ReactNode;
  optional?: boolean;
  // At the end of the label's line: a link, a format.
  aside?: ReactNode;
  help?: ReactNode;
  error?: ReactNode;
  className?: string;
}

export interface Described {
  id: string;
  "aria-label"?: string; // of a control without a label of its own
  "aria-invalid": boolean | undefined;
  "aria-describedby": string | undefined;
}

// Field gives its control the attributes that tie it to label, help and error.
export function Field({
  label,
  optional,
  aside,
  help,
  error,
  className,
  children,
}: FieldProps & { children: (d: Described) => ReactNode }) {
  const id = useId();
  const described = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={classes(style.field, className)}>
      <div className={style.head}>
        <label className={style.label} htmlFor={id}>
          {label} {optional && <span className={style.optional}>optional</span>}
        </label>
        {aside && <span className={style.aside}>{aside}</span>}
      </div>
      {children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": described })}
      {error && <FieldError id={`${id}-error`}>{error}</FieldError>}
      {help && (
        <div className={style.help} id={`${id}-help`}>
          {help}
        </div>
      )}
    </div>
  );
}

export function FieldError({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className={style.error} id={id}>
      <Icon name="wrong" size={14} /> <span>{children}</span>
    </p>
  );
}

// Password managers neither fill nor keep a secret that is not this person's password here.
const hidden = {
  type: "password",
  autoCapitalize: "off",
  spellCheck: false,
  "data-1p-ignore": "",
  "data-lpignore": "true",
};

export function Input({
  className,
  mono,
  secret,
  ...rest
}: ComponentProps<"input"> & { mono?: boolean; secret?: boolean }) {
  return (
    <input
      type="text"
      autoComplete="off"
      {...(secret && hidden)}
      {...rest}
      className={classes(style.control, mono && style.mono, className)}
    />
  );
}

export function TextArea({ className, mono, ...rest }: ComponentProps<"textarea"> & { mono?: boolean }) {
  return (
    <textarea
      spellCheck={!mono}
      {...rest}
      className={classes(style.control, style.area, mono && style.mono, className)}
    />
  );
}

export function Checkbox({ label, className, ...rest }: ComponentProps<"input"> & { label: ReactNode }) {
  return (
    <label className={classes(style.check, className)}>
      <input type="checkbox" {...rest} /> <span>{label}</span>
    </label>
  );
}

export function Slider({ className, ...rest }: ComponentProps<"input">) {
  return <input type="range" {...rest} className={classes(style.slider, className)} />;
}
