import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Failure } from "../../api/failure";
import { createShare, listShares, type Inspection, type Share, type WorkflowPath } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Dialog } from "../../ui/Dialog";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { LinkList } from "./LinkList";
import { LinkSettings } from "./LinkSettings";
import { idOf, noticeOf } from "./share";
import style from "./Share.module.css";

interface Props {
  path: WorkflowPath;
  title: string;
  inspection: Inspection;
  start: string; // id of a link; empty for the first
  onClose: () => void;
}

// ShareDialog makes links, and changes who pays for them and whose credentials they use.
export default function ShareDialog({ path, title, inspection, start, onClose }: Props) {
  const queries = useQueryClient();
  const [chosen, setChosen] = useState(start);
  const list = useList<Share>(["shares", path.workspace, path.workflow, "list"], (token) => listShares(path, token));
  const rows = list.rows;
  const share = rows.find((s) => idOf(s) === chosen) ?? rows[0];
  const changed = async () => {
    await queries.invalidateQueries({ queryKey: ["shares", path.workspace, path.workflow] });
    void queries.invalidateQueries({ queryKey: ["workflows", path.workspace] });
  };
  const made = async (s: Share) => {
    setChosen(idOf(s));
    await changed();
  };
  return (
    <Dialog open wide={!share} wider={!!share} onClose={onClose} title="Share Workflow" description={title}>
      {list.error && <Trouble failure={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Skeleton height={120} />}
      {list.data && !share && (
        <div className={style.start}>
          <p className={style.words}>{noticeOf(inspection.notices, "share.default")}</p>
          <Create path={path} label="Create a link" filled onMade={made} />
        </div>
      )}
      {share && (
        <LinkSettings
          key={idOf(share)}
          share={share}
          inspection={inspection}
          onChanged={changed}
          links={
            rows.length > 1 && (
              <>
                <LinkList links={rows} chosen={idOf(share)} onChoose={setChosen} onChanged={changed} />
                {list.hasNextPage && (
                  <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                    Show more links
                  </Button>
                )}
              </>
            )
          }
        >
          <Create path={path} label="New link" onMade={made} />
        </LinkSettings>
      )}
    </Dialog>
  );
}

interface CreateProps {
  path: WorkflowPath;
  label: string;
  filled?: boolean;
  onMade: (share: Share) => Promise<void>;
}

function Create({ path, label, filled, onMade }: CreateProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const create = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onMade(await createShare(path, {}));
    } catch (cause) {
      setFailure(cause as Failure);
    }
    setBusy(false);
  };
  return (
    <>
      {failure && <Trouble failure={failure} />}
      <Button
        look={filled ? "filled" : "outline"}
        size={filled ? 40 : 32}
        icon="plus"
        busy={busy}
        onClick={() => void create()}
      >
        {label}
      </Button>
    </>
  );
}
