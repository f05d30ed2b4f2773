import { lazy, Suspense, useId } from "react";
import panel from "../ui/Panel.module.css";
import style from "./Guide.module.css";

const Markdown = lazy(() => import("../result/Markdown"));

// Guide is the owner's guide. The page says that the text is the owner's, because an owner could imitate the page here.
export function Guide({ text, owner }: { text: string; owner: string }) {
  const title = useId();
  return (
    <section className={`${panel.panel} ${style.guide}`} aria-labelledby={title} data-part="guide">
      <div className={style.head}>
        <h2 className={style.title} id={title}>
          Guide
        </h2>
        <p className={style.whose}>
          Written by {owner}, not by this server. Enter keys only in fields that say where the key is sent.
        </p>
      </div>
      <div className={style.text}>
        <Suspense fallback={<p className={style.plain}>{text}</p>}>
          <Markdown text={text} below={2} />
        </Suspense>
      </div>
    </section>
  );
}
