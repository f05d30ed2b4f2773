import { lazy, Suspense, useState } from "react";
import { Button } from "../ui/Button";
import style from "./SharePage.module.css";

const ReportDialog = lazy(() => import("./ReportDialog"));

// ReportLink tells the owner and the operator that something is wrong with a link. It needs no account.
export function ReportLink({ token }: { token: string }) {
  const [open, setOpen] = useState(false);
  const [done, setDone] = useState(false);
  return (
    <footer className={style.foot}>
      {done ? (
        <p role="status">Thank you. The owner of this link and the operator of this server can read your report.</p>
      ) : (
        <Button look="ghost" size={40} onClick={() => setOpen(true)}>
          Report this link
        </Button>
      )}
      <Suspense fallback={null}>
        {open && <ReportDialog token={token} onDone={() => setDone(true)} onClose={() => setOpen(false)} />}
      </Suspense>
    </footer>
  );
}
