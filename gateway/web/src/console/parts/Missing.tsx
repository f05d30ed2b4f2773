import { type ReactNode } from "react";
import page from "./Page.module.css";
import { useTitle } from "./useTitle";

// Missing says why there is no page at an address.
export function Missing({ title, children }: { title: string; children: ReactNode }) {
  useTitle(title);
  return (
    <div className={page.middle}>
      <h1 className={page.title}>{title}</h1>
      <p className={page.lead}>{children}</p>
    </div>
  );
}
