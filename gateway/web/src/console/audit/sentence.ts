// Events of the audit log as sentences.
import type { AuditEvent } from "../../api/manage";
import { idOf } from "../parts/names";

// actorOf names who did it: a key, a service, or nobody in particular.
export function actorOf(e: AuditEvent): string {
  const actor = e.actor ?? "";
  if (/^workspaces\/[^/]+\/keys\//.test(actor)) {
    return actor.startsWith("workspaces/operator/") ? "The operator" : `Key ${e.actorTitle || idOf(actor)}`;
  }
  if (actor === "guest") return "A guest";
  if (actor === "runner") return e.details?.share ? "A run through a link" : "A run";
  if (actor === "vault") return "The installation";
  return actor ? `Service ${actor}` : "Somebody";
}

// deeds are the sentences for the actions, with {} for the resource.
const deeds: Record<string, string> = {
  "credential.create": "added credential {}",
  "credential.update": "changed credential {}",
  "credential.delete": "deleted credential {}",
  "credential.use": "used credential {}",
  "credential.test": "tested credential {}",
  "credential_grant.put": "let link {} use credentials hidden",
  "credential_grant.delete": "stopped the hidden use of credentials through link {}",
  "key.create": "created key {}",
  "key.update": "changed key {}",
  "key.revoke": "revoked key {}",
  "session.create": "signed in",
  "session.end": "ended a session",
  "session.approve": "approved a command line",
  "session.link": "made a sign-in link for key {}",
  "workspace.create": "created workspace {}",
  "workspace.update": "changed the title of workspace {}",
  "handle.refused": "was refused the use of credential {}",
  "redirect.followed": "followed a redirect of a call with credential {}",
  "answer.withheld": "got an answer withheld that held credential {}",
};

export function deedOf(e: AuditEvent): string {
  const action = e.action ?? "";
  const deed = deeds[action] ?? `did ${action.replace(/[._]/g, " ")} on {}`;
  return deed.replace("{}", () => e.resourceTitle || idOf(e.resource));
}

// moreOf describes the details.
export function moreOf(e: AuditEvent): string {
  const d = e.details ?? {};
  const parts = [
    d.changed && `changed: ${d.changed}`,
    d.step && `step ${d.step}`,
    d.destination && `to ${d.destination.replace(/^https:\/\//, "").replace(/:443$/, "")}`,
    d.share && `through link ${idOf(d.share)}`,
    d.version && `version ${d.version}`,
  ];
  return parts.filter(Boolean).join(", ");
}

// outcomeOf describes the outcome, except a plain success.
export function outcomeOf(e: AuditEvent): { word: string; bad: boolean } {
  const outcome = e.outcome ?? "";
  if (outcome === "ok") return { word: "", bad: false };
  if (outcome === "") return { word: "not finished", bad: false };
  const status = /^failed (\d{3})$/.exec(outcome);
  if (status) return { word: `provider answered ${status[1]}`, bad: true };
  return { word: outcome.replace(/_/g, " "), bad: true };
}

export function sentenceOf(e: AuditEvent): string {
  return `${actorOf(e)} ${deedOf(e)}`;
}
