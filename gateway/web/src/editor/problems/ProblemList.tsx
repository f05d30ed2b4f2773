import { useState } from "react";
import { Button } from "../../ui/Button";
import { Popover } from "../../ui/Popover";
import type { Trouble } from "./problems";
import style from "./Problems.module.css";

interface Props {
  troubles: Trouble[];
  stale: boolean;
  onJump: (id: string) => void;
  // Maps a name to a model for the workspace; undefined for those who may not.
  onMap?: (name: string, model: string) => Promise<void>;
}

const offered = 3; // models for one name

// ProblemList names the problems; a click leads to the block.
export function ProblemList({ troubles, stale, onJump, onMap }: Props) {
  const [open, setOpen] = useState(false);
  const stops = troubles.filter((t) => t.weight === "stops");
  const sharing = troubles.filter((t) => t.weight === "sharing");
  const count = troubles.length;
  const words = count === 0 ? (stale ? "Checking" : "No problems") : count === 1 ? "1 problem" : `${count} problems`;
  if (count === 0)
    return (
      <span className={style.none} data-part="problems" role="status">
        {words}
      </span>
    );
  const rows = (list: Trouble[]) => (
    <ul className={style.list}>
      {list.slice(0, 100).map((t) => (
        <li key={`${t.id} ${t.field} ${t.text}`}>
          <button
            type="button"
            className={style.row}
            onClick={() => {
              setOpen(false);
              onJump(t.id);
            }}
          >
            {t.id && <code>{[t.id.split(".")[1], t.field].filter(Boolean).join(".")}</code>}
            <span>{t.text}</span>
          </button>
          {onMap && t.unmapped && (
            <div className={style.fixes}>
              {t.unmapped.models.slice(0, offered).map((model) => (
                <Map key={model} name={t.unmapped!.name} model={model} onMap={onMap} />
              ))}
            </div>
          )}
        </li>
      ))}
    </ul>
  );
  return (
    <Popover
      label="Problems"
      align="end"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button look="ghost" icon="warning" className={style.trigger} data-part="problems">
          {words}
        </Button>
      }
    >
      <div className={style.popover}>
        {stops.length > 0 && (
          <>
            <h3>It cannot run yet</h3>
            {rows(stops)}
          </>
        )}
        {sharing.length > 0 && (
          <>
            <h3>It cannot be shared yet</h3>
            {rows(sharing)}
          </>
        )}
      </div>
    </Popover>
  );
}

function Map({ name, model, onMap }: { name: string; model: string; onMap: NonNullable<Props["onMap"]> }) {
  const [busy, setBusy] = useState(false);
  const id = model
    .split("/")
    .filter((_, i) => i === 1 || i === 3)
    .join("/");
  return (
    <Button
      size={28}
      busy={busy}
      title={`Runs of this workspace then use ${id} wherever a workflow says ${name}.`}
      onClick={() => {
        setBusy(true);
        void onMap(name, model).finally(() => setBusy(false));
      }}
    >
      Use {id} for {name}
    </Button>
  );
}
