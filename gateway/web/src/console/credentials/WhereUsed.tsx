import type { Credential } from "../../api/owner";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { Link, pathOf } from "../routes";

// WhereUsed lists the workflows that name a credential, with the links that use it hidden.
export function WhereUsed({ credential: c, workspace }: { credential: Credential; workspace: string }) {
  const shares = c.shares ?? [];
  const workflows = [...new Set([...(c.workflows ?? []), ...shares.map((s) => s.split("/").slice(0, 4).join("/"))])];
  const more = (c.workflowCount ?? 0) - (c.workflows?.length ?? 0);
  return (
    <section className={page.panel} aria-labelledby="used">
      <h2 className={page.sub} id="used">
        Where used
      </h2>
      {workflows.length === 0 ? (
        <p className={page.quiet}>
          In no workflow. Write <code>$credentials.{c.name?.split("/")[3]}</code> in a step, or pick it in the editor.
        </p>
      ) : (
        <ul className={page.plain}>
          {workflows.map((name) => {
            const links = shares.filter((s) => s.startsWith(`${name}/`)).length;
            const id = name.split("/")[3] ?? "";
            return (
              <li key={name} className={page.name}>
                <Link href={pathOf.workflow(workspace, id)}>{id}</Link>
                {links > 0 ? (
                  <span>
                    <Tag icon="hidden">{links === 1 ? "1 link" : `${links} links`}, hidden from visitors</Tag>
                  </span>
                ) : (
                  <span className={page.quiet}>Your own runs only</span>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {more > 0 && <p className={page.quiet}>And {more} more.</p>}
    </section>
  );
}
