import { useEffect, useState } from "react";
import panel from "../ui/Panel.module.css";
import { Skeleton } from "../ui/Skeleton";
import intro from "./Intro.module.css";
import style from "./Waiting.module.css";
import bench from "./Workbench.module.css";

// Waiting reserves the space of the page while it loads, and says when loading is slow.
export function Waiting() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 4000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true">
      <header className={intro.intro}>
        <Skeleton width="min(420px, 80%)" height={36} />
        <p className={style.words} role="status">
          {slow ? "The server is slow to answer. Still waiting…" : <span className="sr-only">Loading</span>}
        </p>
        <Skeleton width="min(560px, 100%)" height={36} />
      </header>
      <div className={bench.bench}>
        <div className={panel.panel} />
        <div className={panel.panel} />
      </div>
    </div>
  );
}
