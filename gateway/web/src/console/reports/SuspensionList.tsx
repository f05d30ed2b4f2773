import { useQueryClient } from "@tanstack/react-query";
import { moment } from "../../api/explain";
import { lift, listSuspensions, type Suspension } from "../../api/reports";
import { Button } from "../../ui/Button";
import { useToast } from "../../ui/Toast";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { useList } from "../parts/useList";

// SuspensionList shows what the operator has suspended in a workspace, if there is any. An operator lifts it here.
export function SuspensionList({ workspace, lifts }: { workspace: string; lifts?: boolean }) {
  const queries = useQueryClient();
  const say = useToast();
  const list = useList<Suspension>(["suspensions", workspace], (token) => listSuspensions(workspace, token));
  if (!list.error && list.rows.length === 0) return null;
  const end = async (s: Suspension) => {
    await lift(workspace, s.name?.split("/")[3] ?? "");
    await queries.invalidateQueries({ queryKey: ["suspensions", workspace] });
    say("The suspension is lifted");
  };
  return (
    <div className={page.section}>
      <h2 className={page.title}>Suspended by the operator</h2>
      <Listing<Suspension>
        caption="Suspensions"
        list={list}
        keyOf={(s) => s.name ?? ""}
        empty={null}
        columns={[
          { id: "target", head: "What", cell: (s) => <code>{s.target?.replace(/^workspaces\//, "")}</code> },
          { id: "reason", head: "Reason", cell: (s) => s.reason },
          { id: "time", head: "Since", cell: (s) => moment(s.createTime ?? "") },
          ...(lifts
            ? [{ id: "act", head: "", cell: (s: Suspension) => <Button onClick={() => void end(s)}>Lift</Button> }]
            : []),
        ]}
      />
    </div>
  );
}
