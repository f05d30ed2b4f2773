import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Failure } from "../../api/failure";
import { listCredentials, queryUsage, type Usage } from "../../api/manage";
import type { Credential } from "../../api/owner";
import { hostOf, providerName } from "../../run/providers";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { ago } from "../parts/ago";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { today } from "../parts/today";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { Link, navigate, pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { CreateCredential } from "./CreateCredential";
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
  const list = useList<Credential>(["credentials", workspace, "list", words], (token) =>
    listCredentials(workspace, words, token),
  );
  const calls = useCallsToday(workspace);
  const add = owner && (
    <Button look="filled" icon="plus" onClick={() => setAdding(true)}>
      Add a credential
    </Button>
  );
  const some = list.rows.length > 0;
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Credentials</h1>
        {(some || words) && <Search label="Search credentials" />}
        {(some || words) && add}
      </div>
      <p className={page.hintLine}>
        Sealed when saved. Nobody can read a value back, not even you.{" "}
        {!owner && "Only owners add and change credentials."}
      </p>
      <Listing<Credential>
        caption="Credentials"
        list={list}
        keyOf={(c) => c.name ?? ""}
        searched={words !== ""}
        empty={
          <EmptyState icon="lock" title="No credentials yet" action={add}>
            A credential is a key of yours at another service, such as OpenAI. Workflows use it without seeing it, and
            it goes only to the hosts that you name.
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
      <Link href={pathOf.credential(workspace, id)}>{c.title || id}</Link>
      <span className={page.quiet}>
        {c.title && `${id}, `}
        {providerName(c.provider)}
      </span>
    </span>
  );
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
