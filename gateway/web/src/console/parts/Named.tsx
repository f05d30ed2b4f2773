import type { ReactNode } from "react";
import page from "./Page.module.css";

interface Props {
  title: string | undefined;
  id: string;
  // link makes a link of the words that stand for the resource.
  link?: (words: string) => ReactNode;
}

// Named shows a resource as people call it, with its id second. Without a title, its id is all.
export function Named({ title, id, link = (words) => <span>{words}</span> }: Props) {
  if (!title || title === id) return <>{link(id)}</>;
  return (
    <span className={page.name}>
      {link(title)}
      <span className={page.quiet}>{id}</span>
    </span>
  );
}
