import { useQuery } from "@tanstack/react-query";
import { credentialsOf } from "../../api/editor";
import type { Failure } from "../../api/failure";
import type { Credential, Inspection, Share, Slot } from "../../api/owner";
import { hostOf, providerName } from "../../run/providers";
import { Icon } from "../../ui/icons";
import { Select, type Option } from "../../ui/Select";
import { Table } from "../../ui/Table";
import { pathOf } from "../routes";
import { useMe } from "../session";
import { pathOfShare, slotId, type Form } from "./share";
import style from "./Share.module.css";

interface Props {
  share: Share;
  inspection: Inspection;
  form: Form;
  set: (part: Partial<Form>) => void;
}

// SlotTable shows what each slot sends where, and picks the credential that goes into it.
export function SlotTable({ share, inspection, form, set }: Props) {
  const { workspace } = pathOfShare(share);
  const { owner } = useMe();
  const slots = share.detected?.slots ?? [];
  const unknown = share.detected?.unknownDestinations ?? [];
  const picks = form.credentialAccess && owner;
  const found = useQuery<Credential[], Failure>({
    queryKey: ["credentials", workspace, "all"],
    queryFn: () => credentialsOf(workspace),
    enabled: picks,
  });
  const own = new Map((inspection.slots ?? []).map((s) => [slotId(s), s.credential]));
  const choose = (slot: Slot, credential: string) => set({ slots: { ...form.slots, [slotId(slot)]: credential } });
  return (
    <>
      <Table<Slot>
        caption="Steps that need a credential"
        rows={slots}
        keyOf={slotId}
        columns={[
          { id: "step", head: "Step", cell: (s) => <code>{s.step}</code> },
          {
            id: "to",
            head: "Sent only to",
            cell: (s) => <Destination slot={s} unknown={unknown.includes(s.destination ?? "")} />,
          },
          {
            id: "credential",
            head: "Your credential",
            cell: (s) =>
              picks ? (
                <Select
                  aria-label={`Credential of ${s.step}`}
                  className={style.pick}
                  value={form.slots[slotId(s)] ?? ""}
                  onChange={(e) => choose(s, e.target.value)}
                  options={optionsOf(s, own.get(slotId(s)), found.data ?? [], form.slots[slotId(s)])}
                />
              ) : s.credential ? (
                idOfCredential(s.credential)
              ) : (
                "none bound"
              ),
          },
        ]}
      />
      {picks && (
        <p className={style.text}>
          {found.error ? found.error.message : "A credential is listed for the places that it may go to."}{" "}
          <a className={style.apart} href={pathOf.credentials(workspace)} target="_blank" rel="noopener noreferrer">
            Add a credential <Icon name="external" size={14} />
          </a>
        </p>
      )}
    </>
  );
}

function Destination({ slot, unknown }: { slot: Slot; unknown: boolean }) {
  return (
    <span className={style.host} data-unknown={unknown || undefined}>
      <Icon name={unknown ? "warning" : "guard"} size={14} />
      <span>
        {slot.provider && <span className={style.provider}>{providerName(slot.provider)} </span>}
        <code>{slot.destination?.replace(/^https:\/\//, "")}</code>
      </span>
    </span>
  );
}

const idOfCredential = (name: string) => name.split("/")[3] ?? "";

// optionsOf lists first what the workflow says itself, and then the credentials that may go where
// the slot sends them. What was chosen stays in the list.
function optionsOf(slot: Slot, own: string | undefined, all: Credential[], now: string | undefined): Option[] {
  const first = own ? `${idOfCredential(own)}, as in the workflow` : "Choose a credential";
  const may = all.filter((c) => goesTo(c, slot.destination ?? ""));
  const gone = now && !may.some((c) => c.name === now) ? [{ value: now, label: idOfCredential(now) }] : [];
  return [
    { value: "", label: first },
    ...gone,
    ...may.map((c) => ({
      value: c.name ?? "",
      label: c.guardable ? idOfCredential(c.name ?? "") : `${idOfCredential(c.name ?? "")} (too easy to guess)`,
      disabled: !c.guardable,
    })),
  ];
}

function goesTo(c: Credential, destination: string): boolean {
  return (c.hosts ?? []).some((host) => hostOf(host) === hostOf(destination));
}
