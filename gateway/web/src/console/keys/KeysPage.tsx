import { useState } from "react";
import { listKeys } from "../../api/manage";
import type { Key } from "../../api/owner";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Tag } from "../../ui/Tag";
import { ago } from "../parts/ago";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { budgetWords, idOfKey } from "./budget";
import { BudgetBar } from "./BudgetBar";
import { CreateKey } from "./CreateKey";
import { useSpent } from "./useSpent";

// KeysPage lists the keys that pay for runs. A key itself is shown once, when it is made.
export default function KeysPage() {
  useTitle("Keys");
  const { workspace, key: mine } = useMe();
  const words = useAddress().query.get("q") ?? "";
  const [making, setMaking] = useState(false);
  const list = useList<Key>(["keys", workspace, "list", words], (token) => listKeys(workspace, words, token));
  const spent = useSpent(workspace, list.rows);
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Keys</h1>
        <Search label="Search keys" />
        <Button look="filled" icon="plus" onClick={() => setMaking(true)}>
          Create a key
        </Button>
      </div>
      <p className={page.hintLine}>Every run is charged to one key. A budget limits what it may cost.</p>
      <Listing<Key>
        caption="Keys"
        list={list}
        keyOf={(k) => k.name ?? ""}
        searched={words !== ""}
        empty={<EmptyState icon="key" title="No keys" />}
        columns={[
          {
            id: "name",
            head: "Name",
            cell: (k) => (
              <span className={page.name}>
                <Link href={pathOf.key(workspace, idOfKey(k))}>{k.title || idOfKey(k)}</Link>
                <span className={page.quiet}>{idOfKey(k)}</span>
              </span>
            ),
          },
          {
            id: "state",
            head: "State",
            cell: (k) =>
              k.revokeTime ? (
                <Tag tone="bad" icon="cross">
                  Revoked
                </Tag>
              ) : idOfKey(k) === mine ? (
                <Tag tone="accent">Yours now</Tag>
              ) : (
                <Tag tone="good" icon="done">
                  Active
                </Tag>
              ),
          },
          { id: "prefix", head: "Begins with", cell: (k) => <code>{k.prefix}…</code> },
          { id: "limit", head: "Limit", cell: (k) => budgetWords(k.budget) },
          { id: "used", head: "Used", cell: (k) => <BudgetBar of={k} spent={spent(k)} /> },
          { id: "made", head: "Made", cell: (k) => ago(k.createTime) },
        ]}
      />
      {making && <CreateKey workspace={workspace} onClose={() => setMaking(false)} />}
    </>
  );
}
