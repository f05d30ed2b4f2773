import type { ReactNode } from "react";
import page from "./Page.module.css";

interface Props {
  title: string | undefined;
  id: string;
  // link turns the text for the resource into a link.
  link?: (words: string) => ReactNode;
}

// Named shows a resource by its title, with the id second. Without a title, it shows the id alone.
export function Named({ title, id, link = (words) => <span>{words}</span> }: Props) {
  if (!title || title === id) return <>{link(id)}</>;
  return (
    <span className={page.name}>
      {link(title)}
      <span className={page.quiet}>{id}</span>
    </span>
  );
}
