// The audit log as a file.
import { listAudit, type AuditEvent, type AuditFilter } from "../../api/manage";
import { csvFile } from "../../ui/csv";
import { save } from "../../ui/save";
import { sentenceOf } from "./sentence";

const mostRows = 10_000;

// exportAudit reads the events of a filter, page by page, and saves them.
export async function exportAudit(workspace: string, of: AuditFilter): Promise<void> {
  const rows: AuditEvent[] = [];
  for (let token = ""; rows.length < mostRows;) {
    const got = await listAudit(workspace, of, token, 500);
    rows.push(...got.rows);
    if (!got.next) break;
    token = got.next;
  }
  save("audit.csv", fileOf(rows));
}

function fileOf(rows: AuditEvent[]): Blob {
  return csvFile(
    ["time", "actor", "action", "resource", "outcome", "sentence", "details"],
    rows.map((e) => [
      e.time ?? "",
      e.actor ?? "",
      e.action ?? "",
      e.resource ?? "",
      e.outcome ?? "",
      sentenceOf(e),
      JSON.stringify(e.details ?? {}),
    ]),
  );
}
