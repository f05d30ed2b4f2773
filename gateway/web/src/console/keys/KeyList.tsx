import { listKeys } from "../../api/manage";
import type { Key } from "../../api/owner";
import { EmptyState } from "../../ui/EmptyState";
import { Tag } from "../../ui/Tag";
import { ago } from "../parts/ago";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { useList } from "../parts/useList";
import { Link } from "../routes";
import { useMe } from "../session";
import { budgetWords, idOfKey } from "./budget";
import { BudgetBar } from "./BudgetBar";
import { useSpent } from "./useSpent";

interface Props {
  workspace: string;
  words: string;
  hrefOf: (key: string) => string;
}

// KeyList lists the keys of a workspace, with what is used of their budgets. Only the workspace
// itself sees the use.
export function KeyList({ workspace, words, hrefOf }: Props) {
  const me = useMe();
  const own = me.workspace === workspace;
  const mine = own ? me.key : "";
  const list = useList<Key>(["keys", workspace, "list", words], (token) => listKeys(workspace, words, token));
  const spent = useSpent(workspace, own ? list.rows : []);
  return (
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
              <Link href={hrefOf(idOfKey(k))}>{k.title || idOfKey(k)}</Link>
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
        ...(own ? [{ id: "used", head: "Used", cell: (k: Key) => <BudgetBar of={k} spent={spent(k)} /> }] : []),
        { id: "made", head: "Made", cell: (k) => ago(k.createTime) },
      ]}
    />
  );
}
