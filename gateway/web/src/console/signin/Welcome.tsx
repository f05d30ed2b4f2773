import { type ReactNode } from "react";
import { Mark } from "../../ui/icons";
import style from "./SignIn.module.css";

// Welcome is the frame of the pages that people see before they are signed in.
export function Welcome({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  return (
    <main className={style.page}>
      <div className={style.brand}>
        <Mark size={28} /> Keyhole
      </div>
      <div className={style.words}>
        <h1 className={style.title}>{title}</h1>
        {lead && <p className={style.lead}>{lead}</p>}
      </div>
      {children}
    </main>
  );
}
