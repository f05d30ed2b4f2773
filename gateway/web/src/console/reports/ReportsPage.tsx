import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import { kinds, listReports, suspend, type Report } from "../../api/reports";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Field, TextArea } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { useToast } from "../../ui/Toast";
import { errorAt, FormDialog, textOf } from "../parts/FormDialog";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { useMe } from "../session";
import { SuspensionList } from "./SuspensionList";

const workspaceOf = (r: Report) => r.share?.split("/")[1] ?? "";

// ReportsPage lists what visitors reported about links: an owner sees those of the workspace, an operator all.
export default function ReportsPage() {
  useTitle("Reports");
  const me = useMe();
  const of = me.operator ? "-" : me.workspace;
  const list = useList<Report>(["reports", of], (token) => listReports(of, token));
  const [asked, setAsked] = useState<Report | null>(null);
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Reports</h1>
      </div>
      <p className={page.hintLine}>
        What visitors reported about {me.operator ? "links" : "your links"}. Nobody learns who they are.
      </p>
      <Listing<Report>
        caption="Reports"
        list={list}
        keyOf={(r) => r.name ?? ""}
        empty={<EmptyState icon="done" title="No reports" />}
        columns={[
          { id: "time", head: "Time", cell: (r) => moment(r.createTime ?? "") },
          { id: "link", head: "Link", cell: (r) => <Named report={r} /> },
          { id: "kind", head: "Reason", cell: (r) => kinds.find((k) => k.value === r.kind)?.label ?? "" },
          { id: "text", head: "In the visitor's words", cell: (r) => r.text || "" },
          ...(me.operator
            ? [{ id: "act", head: "", cell: (r: Report) => <Button onClick={() => setAsked(r)}>Suspend</Button> }]
            : []),
        ]}
      />
      {!me.operator && <SuspensionList workspace={me.workspace} />}
      {asked && <Suspend report={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function Named({ report }: { report: Report }) {
  const [, ws, , workflow, , share] = (report.share ?? "").split("/");
  return (
    <>
      {report.token ? (
        <a href={`/s/${report.token}`} target="_blank" rel="noopener noreferrer">
          {report.title}
        </a>
      ) : (
        report.title
      )}{" "}
      <code>{`${ws}/${workflow}/${share}`}</code>
    </>
  );
}

function Suspend({ report, onClose }: { report: Report; onClose: () => void }) {
  const queries = useQueryClient();
  const say = useToast();
  const workspace = workspaceOf(report);
  const send = async (form: FormData) => {
    await suspend(workspace, textOf(form, "target"), textOf(form, "reason"));
    await queries.invalidateQueries({ queryKey: ["suspensions", workspace] });
    say("Suspended");
  };
  return (
    <FormDialog
      title="Suspend"
      description="The link stops within a second, for views, runs and forks. The owner and visitors read your reason."
      action="Suspend"
      onSubmit={send}
      onClose={onClose}
    >
      {(failure) => (
        <>
          <Field label="What">
            {(d) => (
              <Select
                {...d}
                name="target"
                options={[
                  { value: report.share ?? "", label: `This link of ${workspace}` },
                  { value: `workspaces/${workspace}`, label: `All links and runs of ${workspace}` },
                ]}
              />
            )}
          </Field>
          <Field label="Reason" error={errorAt(failure, "suspension.reason")}>
            {(d) => <TextArea {...d} name="reason" rows={3} maxLength={300} required />}
          </Field>
        </>
      )}
    </FormDialog>
  );
}
