import { useEffect, useState } from "react";
import panel from "../ui/Panel.module.css";
import { Skeleton } from "../ui/Skeleton";
import intro from "./Intro.module.css";
import style from "./Waiting.module.css";
import { sayAtFirst } from "./first";
import bench from "./Workbench.module.css";

const late = "The server is slow to answer. Still waiting…";

// Waiting reserves the space of the page while it loads, and says when loading is slow.
export function Waiting() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 4000);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (slow) sayAtFirst(late);
  }, [slow]);
  return (
    <div aria-busy="true">
      <header className={intro.intro}>
        <Skeleton width="min(420px, 80%)" height={36} />
        <p className={style.words} role="status">
          {slow ? late : <span className="sr-only">Loading</span>}
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
