import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createKey, revokeKey } from "../../api/manage";
import type { Key } from "../../api/owner";
import { Checkbox } from "../../ui/Field";
import { Notice } from "../../ui/Tag";
import { Confirm } from "../parts/Confirm";
import page from "../parts/Page.module.css";
import { idOfKey } from "./budget";
import { ShownOnce } from "./ShownOnce";

interface Props {
  of: Key;
  mine: boolean;
  onClose: () => void;
  onDone: (said: string) => Promise<void>;
}

// RollKey creates a new key with the same title and budget. The old key works until it is revoked, so that programs can
// switch.
export function RollKey({ of: k, mine, onClose, onDone }: Props) {
  const queries = useQueryClient();
  const workspace = k.name?.split("/")[1] ?? "";
  const [made, setMade] = useState("");
  const [revoke, setRevoke] = useState(false);
  const roll = async () => {
    const next = await createKey(workspace, { title: k.title, ...(k.budget && { budget: k.budget }) });
    setMade(next.key ?? "");
    if (revoke) await revokeKey({ workspace, key: idOfKey(k) });
  };
  const close = async () => {
    onClose();
    await onDone(revoke ? "The key is rolled" : "The new key is made; the old one still works");
    if (revoke && mine) await queries.invalidateQueries({ queryKey: ["me"] });
  };
  if (made) return <ShownOnce title="The new key" text={made} onClose={() => void close()} />;
  return (
    <Confirm
      title="Roll this key?"
      text="Makes a new key with the same title and budget. The new key starts with a fresh budget."
      action="Make the new key"
      onConfirm={roll}
      onClose={onClose}
      stays
    >
      <div className={page.stack}>
        <Checkbox
          checked={revoke}
          onChange={(e) => setRevoke(e.target.checked)}
          label="Revoke the old key immediately. Otherwise revoke it here when the new one is in use."
        />
        {revoke && (
          <Notice role="note">
            {mine
              ? "You are signed in with the old key: sign in again with the new one."
              : "Links that charge the old key stop until you choose another."}
          </Notice>
        )}
      </div>
    </Confirm>
  );
}
