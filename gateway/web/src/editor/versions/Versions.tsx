import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { moment } from "../../api/explain";
import { readVersion } from "../../api/editor";
import type { Failure } from "../../api/failure";
import { listVersions, type WorkflowVersion } from "../../api/owner";
import { Trouble } from "../../console/parts/Trouble";
import { useList } from "../../console/parts/useList";
import { pinnedWords } from "../../console/parts/words";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { Tag } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { useEditing } from "../context";
import { format } from "../text/patch";
import { changesBetween, type Change } from "./changes";
import style from "./Versions.module.css";

const Compare = lazy(() => import("../json/Compare"));

const tones = { added: "good", removed: "bad", changed: "warn" } as const;
const signs = { added: "+", removed: "−", changed: "±" } as const;

// Versions lists the versions, compares one with what is edited, and brings it back.
export default function Versions({ live, onRestored }: { live: number; onRestored: () => void }) {
  const { path, document } = useEditing();
  const say = useToast();
  const [chosen, setChosen] = useState(live);
  const list = useList<WorkflowVersion>(["versions", path.workspace, path.workflow], (token) =>
    listVersions(path, token),
  );
  const version = useQuery<string, Failure>({
    queryKey: ["version", path.workspace, path.workflow, chosen],
    queryFn: async () => format((await readVersion(path, chosen)).definition),
    enabled: chosen > 0,
    staleTime: Infinity,
  });
  const old = version.data;
  const mine = document.doc.text;
  const changes = old === undefined ? [] : changesBetween(old, mine);
  const restore = () => {
    document.edit(() => old!);
    say(`Version ${chosen} is in the draft. Publish it to make it live.`);
    onRestored();
  };
  return (
    <div className={style.versions} data-part="versions">
      <ul className={style.list} aria-label="Versions">
        {list.rows.map((v) => (
          <li key={v.number}>
            <button
              type="button"
              className={classes(style.row, v.number === chosen && style.on)}
              aria-pressed={v.number === chosen}
              onClick={() => setChosen(v.number ?? 0)}
            >
              <span className={style.number}>
                Version {v.number} {v.number === live && <Tag tone="good">live</Tag>}
              </span>
              <span className={style.meta}>
                {moment(v.createTime ?? "")}, {v.authorTitle || v.author?.split("/")[3] || v.author}
              </span>
              {!!v.pinnedShares && <span className={style.meta}>{pinnedWords(v.pinnedShares)}</span>}
            </button>
          </li>
        ))}
        {list.hasNextPage && (
          <li>
            <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              Show more
            </Button>
          </li>
        )}
        {!list.isPending && list.rows.length === 0 && <li className={style.meta}>Nothing is published yet.</li>}
      </ul>
      <div className={style.detail}>
        {(list.error ?? version.error) && <Trouble failure={(list.error ?? version.error)!} />}
        {old !== undefined && (
          <>
            <div className={style.head}>
              <Changes changes={changes} />
              <Button disabled={changes.length === 0 && old === mine} onClick={restore}>
                Restore version {chosen}
              </Button>
            </div>
            <Suspense fallback={null}>
              <Compare left={old} right={format(mine)} labels={[`Version ${chosen}`, "The draft"]} />
            </Suspense>
          </>
        )}
      </div>
    </div>
  );
}

function Changes({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return <p className={style.changes}>No block differs from the draft.</p>;
  return (
    <p className={style.changes} data-part="changes">
      {changes.slice(0, 24).map((c) => (
        <Tag key={c.id} tone={tones[c.what]}>
          <span aria-hidden="true">{signs[c.what]}</span> {c.id.slice(c.id.indexOf(".") + 1)}
          <span className="sr-only"> {c.what}</span>
        </Tag>
      ))}
      {changes.length > 24 && <span className={style.meta}>and {changes.length - 24} more</span>}
    </p>
  );
}
