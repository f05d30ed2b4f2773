import { Button } from "../../ui/Button";
import { Menu } from "../../ui/Menu";
import { useToast } from "../../ui/Toast";
import { useEditing } from "../context";
import { copyOf, paste, stepsIn } from "../model/clip";
import { removeElement } from "../model/edit";
import style from "./Form.module.css";

interface Props {
  id: string;
  name: string;
  title: string;
  readOnly: boolean;
}

// PanelHead shows the selected element and the actions on it.
export function PanelHead({ id, name, title, readOnly }: Props) {
  const { document, select } = useEditing();
  const say = useToast();
  const step = id.startsWith("steps.");
  const copy = () =>
    navigator.clipboard.writeText(copyOf(document.doc, [id])).then(
      () => say("Copied as JSON"),
      () => say("The browser refused the clipboard.", "bad"),
    );
  const duplicate = () => {
    const done = paste(document.doc.text, stepsIn(copyOf(document.doc, [id])));
    document.edit(() => done.text);
    select(`steps.${done.names[0]}`);
  };
  const remove = () => {
    select("");
    document.edit((t) => removeElement(t, id));
  };
  return (
    <div className={style.head}>
      <div className={style.title}>
        <h2>{name}</h2>
        <p>{title}</p>
      </div>
      {!readOnly && (
        <Menu
          trigger={
            <Button look="ghost" square icon="more">
              Actions
            </Button>
          }
          actions={[
            ...(step
              ? [
                  { label: "Copy as JSON", icon: "copy", hint: "Ctrl C", onSelect: () => void copy() },
                  { label: "Duplicate", icon: "plus", onSelect: duplicate },
                  null,
                ]
              : []),
            { label: "Delete", icon: "cross", hint: "Del", danger: true, onSelect: remove },
          ]}
        />
      )}
      <Button look="ghost" square icon="cross" onClick={() => select("")}>
        Close settings
      </Button>
    </div>
  );
}
