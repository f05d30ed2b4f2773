import { Link } from "../routes";
import page from "./Page.module.css";

// Crumbs lead back to the list of a page.
export function Crumbs({ list, href, here }: { list: string; href: string; here: string }) {
  return (
    <nav aria-label="Breadcrumb" className={page.crumbs}>
      <Link href={href}>{list}</Link> / <span aria-current="page">{here}</span>
    </nav>
  );
}
