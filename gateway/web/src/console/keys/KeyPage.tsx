import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import type { Failure } from "../../api/failure";
import { getKey, revokeKey, updateKey } from "../../api/manage";
import type { Key } from "../../api/owner";
import { Button } from "../../ui/Button";
import { Field, Input } from "../../ui/Field";
import { Skeleton } from "../../ui/Skeleton";
import { Tag } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { LatestEvents } from "../audit/LatestEvents";
import { Confirm } from "../parts/Confirm";
import { Crumbs } from "../parts/Crumbs";
import { Facts } from "../parts/Facts";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { budgetWords } from "./budget";
import { BudgetBar } from "./BudgetBar";
import { BudgetFields, budgetOf } from "./BudgetFields";
import { RollKey } from "./RollKey";
import { useSpent } from "./useSpent";

type Asked = "" | "change" | "roll" | "revoke";

// KeyPage shows one key: its budget, what is used of it, and what happened to it.
// An operator sees the keys of another workspace, its tenant, without what they were used for.
export default function KeyPage({ id, tenant }: { id: string; tenant?: string }) {
  const { workspace: own, key: ownKey, operator } = useMe();
  const workspace = tenant ?? own;
  const mine = tenant ? "" : ownKey;
  const path = { workspace, key: id };
  const queries = useQueryClient();
  const say = useToast();
  const [asked, setAsked] = useState<Asked>("");
  const got = useQuery<Key, Failure>({ queryKey: ["keys", workspace, "one", id], queryFn: () => getKey(path) });
  const k = got.data;
  const spent = useSpent(workspace, k && !tenant ? [k] : []);
  useTitle(k?.title || id);
  const close = () => setAsked("");
  const done = async (said: string) => {
    await queries.invalidateQueries({ queryKey: ["keys", workspace] });
    void queries.invalidateQueries({ queryKey: ["audit", workspace] });
    say(said);
  };
  const change = async (form: FormData) => {
    const budget = budgetOf(form) as Key["budget"]; // null removes the limit
    await updateKey(path, { title: textOf(form, "title").trim(), budget });
    await done("The key is changed");
  };
  return (
    <>
      {tenant ? (
        <Crumbs list={`Workspaces / ${tenant}`} href={pathOf.tenant(tenant)} here={id} />
      ) : (
        <Crumbs list="Keys" href={pathOf.keys(workspace)} here={id} />
      )}
      <div className={page.head}>
        <h1 className={page.title}>{k?.title || id}</h1>
        {k && !k.revokeTime && (
          <span className={page.actions}>
            <Button onClick={() => setAsked("change")}>Change</Button>
            <Button onClick={() => setAsked("roll")}>Roll</Button>
            <Button look="danger" onClick={() => setAsked("revoke")}>
              Revoke
            </Button>
          </span>
        )}
      </div>
      {got.error && <Trouble failure={got.error} onRetry={() => void got.refetch()} />}
      {got.isPending && <Skeleton height={200} />}
      {k && (
        <>
          <section className={page.panel} aria-label="The key">
            <Facts
              facts={[
                ["State", <State key="state" of={k} mine={id === mine} />],
                ["Begins with", <code key="prefix">{k.prefix}…</code>],
                ["Limit", budgetWords(k.budget)],
                ["Used", !tenant && <BudgetBar key="used" of={k} spent={spent(k)} />],
                ["Set by the operator", k.operatorBudget && `at most ${budgetWords(k.operatorBudget)}`],
                ["Made", moment(k.createTime ?? "")],
                ["Revoked", k.revokeTime && moment(k.revokeTime)],
                [
                  "Runs",
                  !operator && (
                    <Link key="runs" href={pathOf.runs(workspace, { key: id })}>
                      Show the runs that it pays for
                    </Link>
                  ),
                ],
              ]}
            />
          </section>
          {!tenant && <LatestEvents workspace={workspace} resource={k.name ?? ""} />}
        </>
      )}
      {k && asked === "change" && (
        <FormDialog
          title="Change the key"
          description="A lower limit takes effect at the next run."
          action="Save"
          onSubmit={change}
          onClose={close}
        >
          {(failure) => (
            <>
              <Field label="Title" optional error={errorAt(failure, "key.title")}>
                {(d) => <Input {...d} name="title" maxLength={200} defaultValue={k.title ?? ""} />}
              </Field>
              <BudgetFields failure={failure} now={k.budget} />
            </>
          )}
        </FormDialog>
      )}
      {k && asked === "roll" && <RollKey of={k} mine={id === mine} onClose={close} onDone={done} />}
      {k && asked === "revoke" && (
        <Confirm
          title="Revoke this key?"
          text={
            id === mine
              ? "It is the key that you are signed in with: you are signed out, and runs on it end within a second."
              : "It stops working within a second, permanently. Runs that it pays for end, and so do its sessions and the links that charge it."
          }
          action="Revoke the key"
          danger
          onConfirm={async () => {
            await revokeKey(path);
            await done("The key is revoked");
            if (id === mine) await queries.invalidateQueries({ queryKey: ["me"] });
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function State({ of: k, mine }: { of: Key; mine: boolean }) {
  if (k.revokeTime) return <Tag tone="bad">Revoked</Tag>;
  return mine ? <Tag tone="accent">You are signed in with it</Tag> : <Tag tone="good">Active</Tag>;
}
