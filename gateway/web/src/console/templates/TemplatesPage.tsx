import page from "../parts/Page.module.css";
import { useTitle } from "../parts/useTitle";
import Gallery from "./Gallery";
import style from "./Templates.module.css";

// TemplatesPage shows workflows to start from.
export default function TemplatesPage() {
  useTitle("Templates");
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Templates</h1>
        <span className={style.hint}>Each comes with a sample and an example result</span>
      </div>
      <Gallery />
    </>
  );
}
