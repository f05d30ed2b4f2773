import { Fragment, type ReactNode } from "react";
import page from "./Page.module.css";

// Facts lists what is known about a thing. A fact without a value is left out.
export function Facts({ facts }: { facts: [name: string, value: ReactNode][] }) {
  return (
    <dl className={page.facts}>
      {facts
        .filter(([, value]) => value !== "" && value !== undefined && value !== null && value !== false)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
