import { useQuery } from "@tanstack/react-query";
import { useState, type MouseEvent } from "react";
import type { Failure } from "../../api/failure";
import { listCredentials, queryUsage, type Usage } from "../../api/manage";
import type { Credential } from "../../api/owner";
import { hostOf, providerName } from "../../run/providers";
import { Button } from "../../ui/Button";
import { classes } from "../../ui/classes";
import { EmptyState } from "../../ui/EmptyState";
import { LatestEvents } from "../audit/LatestEvents";
import { ago } from "../parts/ago";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { Search } from "../parts/Search";
import { today } from "../parts/today";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { CreateCredential } from "./CreateCredential";
import { CredentialPanel } from "./CredentialPanel";
import style from "./Credentials.module.css";
import { filterOf, Filters } from "./Filters";
import { idOfCredential } from "./words";

// CredentialsPage lists the third-party secrets of the workspace, without their values.
export default function CredentialsPage() {
  useTitle("Credentials");
  const { workspace, owner } = useMe();
  const { query } = useAddress();
  const words = query.get("q") ?? "";
  const [adding, setAdding] = useState(false);
  const asked = owner && query.has("add"); // by the command palette or the first steps
  const close = () => {
    setAdding(false);
    if (asked) navigate(pathOf.credentials(workspace), true);
  };
  const filter = filterOf(query);
  const list = useList<Credential>(["credentials", workspace, "list", words, filter], (token) =>
    listCredentials(workspace, words, token, filter),
  );
  const open = query.get("open") ?? ""; // next to the list
  const shut = () => {
    setQuery({ open: "" });
    document.getElementById(`credential-${open}`)?.focus();
  };
  const nameOf = (id: string) => `workspaces/${workspace}/credentials/${id}`;
  const calls = useCallsToday(workspace);
  const add = owner && (
    <Button look="filled" icon="plus" onClick={() => setAdding(true)}>
      Add a credential
    </Button>
  );
  const limited = words !== "" || filter.provider !== "" || filter.use !== "";
  const some = list.rows.length > 0 || limited;
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Credentials</h1>
        {some && <Search label="Search credentials" />}
        {some && <Filters filter={filter} />}
        {some && add}
      </div>
      <p className={page.hintLine}>
        Sealed when saved. Nobody can read a value back, not even you.{" "}
        {!owner && "Only owners add and change credentials."}
      </p>
      <div className={classes(style.split, open && style.open)}>
        <div>
          <Listing<Credential>
            caption="Credentials"
            list={list}
            keyOf={(c) => c.name ?? ""}
            searched={limited}
            empty={
              <EmptyState icon="lock" title="No credentials yet" action={add}>
                A credential is a key of yours at another service, such as OpenAI. Workflows use it without seeing it,
                and it goes only to the hosts that you name.
              </EmptyState>
            }
            columns={[
              { id: "name", head: "Name", cell: (c) => <Name credential={c} workspace={workspace} /> },
              {
                id: "hosts",
                head: "Sent only to",
                cell: (c) => <code>{(c.hosts ?? []).map(hostOf).join(", ")}</code>,
              },
              { id: "used", head: "Where used", cell: (c) => inWorkflows(c.workflowCount ?? 0) },
              { id: "last", head: "Last used", cell: (c) => ago(c.lastUseTime) || "Never" },
              { id: "calls", head: "Calls today", number: true, cell: (c) => calls.get(c.name ?? "") ?? 0 },
            ]}
          />
          {open && owner && <LatestEvents workspace={workspace} resource={nameOf(open)} />}
        </div>
        {open && <CredentialPanel key={open} id={open} calls={String(calls.get(nameOf(open)) ?? 0)} onClose={shut} />}
      </div>
      {(adding || asked) && (
        <CreateCredential
          workspace={workspace}
          onClose={close}
          onMade={(c) => navigate(pathOf.credential(workspace, idOfCredential(c)))}
        />
      )}
    </>
  );
}

function Name({ credential: c, workspace }: { credential: Credential; workspace: string }) {
  const id = idOfCredential(c);
  return (
    <span className={page.name}>
      <Link href={pathOf.credential(workspace, id)} id={`credential-${id}`} onClick={(e) => openNextTo(e, id)}>
        {c.title || id}
      </Link>
      <span className={page.quiet}>
        {c.title && `${id}, `}
        {providerName(c.provider)}
      </span>
    </span>
  );
}

// openNextTo opens a credential next to the list where there is room. Elsewhere its page opens.
function openNextTo(e: MouseEvent, id: string) {
  if (e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return;
  if (!window.matchMedia("(min-width: 1100px)").matches) return;
  e.preventDefault();
  setQuery({ open: id });
}

function inWorkflows(n: number): string {
  if (n === 0) return "In no workflow";
  return n === 1 ? "1 workflow" : `${n} workflows`;
}

// useCallsToday is how often each credential was used since midnight, by name.
function useCallsToday(workspace: string): Map<string, string> {
  const since = today();
  const { data } = useQuery<Usage, Failure>({
    queryKey: ["usage", workspace, "credential", since],
    queryFn: () => queryUsage(workspace, { groupBy: "credential", since }),
  });
  return new Map((data?.credentials ?? []).map((r) => [r.group ?? "", r.calls ?? "0"]));
}
