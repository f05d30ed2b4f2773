import { useEffect, useState } from "react";

// Waiting reserves the space of the page while it loads, and says when loading is slow.
export function Waiting({ graph }: { graph: boolean }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 4000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div aria-busy="true">
      <header className="intro">
        <p className={slow ? "waiting" : "waiting hidden"} role="status">
          {slow ? "The server is slow to answer. Still waiting…" : "Loading"}
        </p>
      </header>
      <div className="bench">
        <div className="panel" />
        <div className="panel" />
      </div>
      {graph && <div className="panel graph-room" />}
    </div>
  );
}
