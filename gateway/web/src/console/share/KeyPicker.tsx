import { useQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import { keysOf, queryUsage } from "../../api/manage";
import type { Key, Share } from "../../api/owner";
import { Field } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { BudgetBar } from "../keys/BudgetBar";
import { idOfKey, periodOf, runsOf } from "../keys/budget";
import { useSpent } from "../keys/useSpent";
import { startOf } from "../parts/today";
import { useMe } from "../session";
import { pathOfShare, runsWord, type Form } from "./share";
import style from "./Share.module.css";

interface Props {
  share: Share;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// KeyPicker says which key pays for the runs of visitors, what it may spend and what it has spent.
export function KeyPicker({ share, form, set }: Props) {
  const { workspace } = pathOfShare(share);
  const me = useMe();
  const found = useQuery<Key[], Failure>({
    queryKey: ["keys", workspace, "paying"],
    queryFn: () => keysOf(workspace),
    enabled: me.owner, // others may not list keys
  });
  const keys = found.data ?? [];
  const name = form.chargedKey || `workspaces/${workspace}/keys/${me.key}`;
  const chosen = keys.find((k) => k.name === name);
  return (
    <div className={style.pays}>
      <Field label="Key that pays" error={found.error?.message}>
        {(d) => (
          <Select
            {...d}
            value={name}
            onChange={(e) => set({ chargedKey: e.target.value })}
            options={[
              ...(chosen ? [] : [{ value: name, label: name.split("/")[3] ?? "" }]),
              ...keys.map((k) => ({ value: k.name ?? "", label: k.title || idOfKey(k) })),
            ]}
          />
        )}
      </Field>
      {chosen && <KeyUse workspace={workspace} of={chosen} />}
    </div>
  );
}

function KeyUse({ workspace, of: key }: { workspace: string; of: Key }) {
  const spent = useSpent(workspace, [key]);
  const since = startOf("PERIOD_DAY");
  const today = useQuery({
    queryKey: ["usage", workspace, "key", "PERIOD_DAY", since],
    queryFn: () => queryUsage(workspace, { groupBy: "key", since }),
    staleTime: 0,
  });
  const daily = key.budget && periodOf(key.budget) === "PERIOD_DAY"; // the bar says it already
  return (
    <div className={style.use}>
      <BudgetBar of={key} spent={spent(key)} />
      {!daily && today.data && (
        <span className={style.text}>{runsWord(runsOf(today.data.rows, key.name ?? ""))} today, of all links</span>
      )}
    </div>
  );
}
