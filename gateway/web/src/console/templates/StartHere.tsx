import { Button } from "../../ui/Button";
import { Icon } from "../../ui/icons";
import Gallery from "./Gallery";
import style from "./Templates.module.css";

// StartHere is shown while a workspace has no workflow: it lists every way to create the first one.
export default function StartHere({ onNew }: { onNew: () => void }) {
  return (
    <section aria-labelledby="start">
      <div className={style.start}>
        <h2 id="start">Start from a template</h2>
        <span className={style.hint}>Each comes with a sample and an example result</span>
        <span className={style.push} />
        <Button icon="plus" onClick={onNew}>
          Blank
        </Button>
        <Button icon="braces" onClick={onNew}>
          Paste a definition
        </Button>
      </div>
      <Gallery />
      <div className={style.drop}>
        <Icon name="braces" size={20} />
        <div>
          <strong>Have a Roboflow workflow?</strong>
          <p>Paste its JSON, or choose its file. Blocks that Keyhole cannot run are listed before you publish.</p>
        </div>
        <Button onClick={onNew}>Import it</Button>
      </div>
    </section>
  );
}
