import { useQuery } from "@tanstack/react-query";
import { queryUsage } from "../../api/manage";
import type { Share } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Menu } from "../../ui/Menu";
import { Trouble } from "../parts/Trouble";
import { startOf } from "../parts/today";
import { idOf, pathOfShare, runsWord, usedOf } from "./share";
import { StateTag } from "./StateTag";
import style from "./Links.module.css";
import { useLinkActions } from "./useLinkActions";

interface Props {
  links: Share[];
  chosen: string;
  onChoose: (id: string) => void;
  onChanged: () => Promise<void>;
}

// LinkList is for a workflow with several links: which of them the dialog shows, and what each
// did today.
export function LinkList({ links, chosen, onChoose, onChanged }: Props) {
  const { workspace } = pathOfShare(links[0] ?? {});
  const since = startOf("PERIOD_DAY");
  const usage = useQuery({
    queryKey: ["usage", workspace, "share", since],
    queryFn: () => queryUsage(workspace, { groupBy: "share", since }),
  });
  return (
    <ul className={style.links} aria-label="Links of this workflow">
      {links.map((share, at) => (
        <Row
          key={share.name}
          title={share.title || `Link ${at + 1}`}
          share={share}
          chosen={idOf(share) === chosen}
          today={usage.data && usedOf(usage.data.rows, share.name)}
          onChoose={() => onChoose(idOf(share))}
          onChanged={onChanged}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  title: string;
  share: Share;
  chosen: boolean;
  today: number | undefined;
  onChoose: () => void;
  onChanged: () => Promise<void>;
}

function Row({ title, share, chosen, today, onChoose, onChanged }: RowProps) {
  const { active, busy, failure, toggle, ask, asking } = useLinkActions(share, onChanged);
  return (
    <li className={style.row} data-chosen={chosen || undefined}>
      <button type="button" className={style.name} aria-current={chosen || undefined} onClick={onChoose}>
        {title}
      </button>
      <StateTag share={share} />
      <span className={style.use}>{today === undefined ? "…" : `${runsWord(today)} today`}</span>
      <Menu
        trigger={
          <Button look="ghost" square icon="more" busy={busy}>
            {`Actions of ${title}`}
          </Button>
        }
        actions={[
          { label: active ? "Pause" : "Resume", icon: active ? "stop" : "play", onSelect: toggle },
          { label: "New address", icon: "link", onSelect: () => ask("rotate") },
          null,
          { label: "Revoke", icon: "cross", danger: true, onSelect: () => ask("revoke") },
        ]}
      />
      {failure && <Trouble failure={failure} />}
      {asking}
    </li>
  );
}
