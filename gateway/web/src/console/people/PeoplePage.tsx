import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { moment } from "../../api/explain";
import {
  listInvitations,
  listPeople,
  removePerson,
  revokeInvitation,
  updatePerson,
  type Invitation,
  type Person,
  type Role,
} from "../../api/people";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import { Select } from "../../ui/Select";
import { Table } from "../../ui/Table";
import { Tag } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { Confirm } from "../parts/Confirm";
import page from "../parts/Page.module.css";
import { ShowMore } from "../parts/ShowMore";
import { Trouble } from "../parts/Trouble";
import { useList } from "../parts/useList";
import { useTitle } from "../parts/useTitle";
import { useMe } from "../session";
import { InviteDialog } from "./InviteDialog";
import { roleOf, roles } from "./roles";

// PeoplePage lists who works in the workspace and who is invited.
export default function PeoplePage() {
  useTitle("People");
  const { workspace } = useMe();
  const [inviting, setInviting] = useState(false);
  const queries = useQueryClient();
  const changed = () => queries.invalidateQueries({ queryKey: ["people", workspace] });
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>People</h1>
        <Button look="filled" icon="plus" onClick={() => setInviting(true)}>
          Invite
        </Button>
      </div>
      <People workspace={workspace} onInvite={() => setInviting(true)} onChanged={changed} />
      <Invitations workspace={workspace} onChanged={changed} />
      {inviting && <InviteDialog workspace={workspace} onMade={changed} onClose={() => setInviting(false)} />}
    </>
  );
}

interface Part {
  workspace: string;
  onChanged: () => Promise<void>;
}

type Change = { kind: "role"; person: Person; role: Role } | { kind: "remove"; person: Person };

function People({ workspace, onInvite, onChanged }: Part & { onInvite: () => void }) {
  const { person: me } = useMe();
  const list = useList<Person>(["people", workspace, "list"], (token) => listPeople(workspace, token));
  const [asked, setAsked] = useState<Change | null>(null);
  if (list.error) return <Trouble failure={list.error} onRetry={() => void list.refetch()} />;
  return (
    <div className={page.wide}>
      <Table<Person>
        caption="People"
        rows={list.rows}
        keyOf={(p) => p.name ?? ""}
        empty={
          <EmptyState
            icon="people"
            title={list.isPending ? "Loading" : "Nobody has joined yet"}
            action={list.isPending ? undefined : <Button onClick={onInvite}>Invite somebody</Button>}
          >
            You signed in with a key of the workspace. People whom you invite have a role, and keys of their own.
          </EmptyState>
        }
        columns={[
          {
            id: "title",
            head: "Name",
            cell: (p) => (
              <>
                {p.title} {p.name === me && <Tag tone="accent">you</Tag>}
              </>
            ),
          },
          { id: "email", head: "Invited as", cell: (p) => p.email ?? "" },
          {
            id: "role",
            head: "Role",
            cell: (p) =>
              p.name === me ? (
                roleOf(p.role).label
              ) : (
                <Select
                  aria-label={`Role of ${p.title}`}
                  value={p.role}
                  options={roles}
                  onChange={(e) => setAsked({ kind: "role", person: p, role: e.target.value as Role })}
                />
              ),
          },
          { id: "joined", head: "Joined", cell: (p) => moment(p.createTime ?? "") },
          {
            id: "remove",
            head: "Remove",
            cell: (p) => (
              <Button
                look="ghost"
                size={28}
                aria-label={p.name === me ? "Leave the workspace" : `Remove ${p.title}`}
                onClick={() => setAsked({ kind: "remove", person: p })}
              >
                {p.name === me ? "Leave" : "Remove"}
              </Button>
            ),
          },
        ]}
      />
      <ShowMore list={list} />
      {asked && <Asked change={asked} workspace={workspace} onChanged={onChanged} onClose={() => setAsked(null)} />}
    </div>
  );
}

function Asked({ change, workspace, onChanged, onClose }: Part & { change: Change; onClose: () => void }) {
  const say = useToast();
  const { name = "", title = "" } = change.person;
  const act = async (what: Promise<unknown>, done: string) => {
    await what;
    await onChanged();
    say(done);
  };
  if (change.kind === "role") {
    const to = roleOf(change.role);
    return (
      <Confirm
        title={`Make ${title} ${to.label.toLowerCase()}?`}
        text={`${to.may} ${title} has to sign in again.`}
        action="Change the role"
        onConfirm={() => act(updatePerson(workspace, name, { role: change.role }), `${title} is ${to.label} now`)}
        onClose={onClose}
      />
    );
  }
  return (
    <Confirm
      title={`Remove ${title}?`}
      text="The person's keys, sessions and invitations stop working within a second, and runs that these keys pay for end. Workflows and links stay."
      action="Remove"
      danger
      onConfirm={() => act(removePerson(workspace, name), `${title} is removed`)}
      onClose={onClose}
    />
  );
}

function Invitations({ workspace, onChanged }: Part) {
  const say = useToast();
  const list = useList<Invitation>(["people", workspace, "invitations"], (token) => listInvitations(workspace, token));
  const [asked, setAsked] = useState("");
  if (list.error) return <Trouble failure={list.error} onRetry={() => void list.refetch()} />;
  if (list.rows.length === 0) return null;
  const revoke = async () => {
    await revokeInvitation(workspace, asked);
    await onChanged();
    say("The invitation is revoked");
  };
  return (
    <section className={page.section} aria-labelledby="invitations">
      <h2 className={page.sub} id="invitations">
        Open invitations
      </h2>
      <Table<Invitation>
        caption="Invitations that nobody has accepted"
        rows={list.rows}
        keyOf={(i) => i.name ?? ""}
        columns={[
          { id: "email", head: "For", cell: (i) => i.email || "anyone with the link" },
          { id: "role", head: "Role", cell: (i) => roleOf(i.role).label },
          { id: "by", head: "Made with key", cell: (i) => i.key?.split("/")[3] ?? "" },
          { id: "end", head: "Works until", cell: (i) => moment(i.expireTime ?? "") },
          {
            id: "revoke",
            head: "Revoke",
            cell: (i) => (
              <Button
                look="ghost"
                size={28}
                aria-label={`Revoke the invitation ${i.email ? `for ${i.email}` : ""}`}
                onClick={() => setAsked(i.name ?? "")}
              >
                Revoke
              </Button>
            ),
          },
        ]}
      />
      <ShowMore list={list} />
      {asked && (
        <Confirm
          title="Revoke this invitation?"
          text="Its link stops working immediately."
          action="Revoke"
          danger
          onConfirm={revoke}
          onClose={() => setAsked("")}
        />
      )}
    </section>
  );
}
