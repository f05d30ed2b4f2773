// What a share is called, where it leads, and which of its settings a form changes.
import type { CredentialUsage, UsageRow } from "../../api/manage";
import type { Inspection, Notice, Presentation, Sample, Share, SharePath, SlotCredential } from "../../api/owner";
import { stringify } from "../../json/exact";

export function idOf(share: Share): string {
  return share.name?.split("/")[5] ?? "";
}

export function pathOfShare(share: Share): SharePath {
  const [, workspace = "", , workflow = "", , id = ""] = (share.name ?? "").split("/");
  return { workspace, workflow, share: id };
}

export function titleOf(share: Share): string {
  return share.title || idOf(share);
}

// linkOf is the address of a link. A server that does not know its own is at this page's.
export function linkOf(share: Share): string {
  return share.uri || `${window.location.origin}/s/${share.token}`;
}

export function noticeOf(notices: Notice[] | undefined, id: string): string {
  return notices?.find((n) => n.id === id)?.text ?? "";
}

// privateModels names what run access can be opened for, with the steps that use it.
export function privateModels(inspection: Inspection): { id: string; steps: string[] }[] {
  return (inspection.privateModels ?? []).map((id) => ({
    id,
    steps: (inspection.models ?? []).filter((m) => m.modelId === id).map((m) => m.step ?? ""),
  }));
}

// Form is what the dialog changes. Limits and lists are the texts of their fields.
export interface Form extends Rules {
  runAccess: boolean;
  credentialAccess: boolean;
  runs: string;
  visitorRuns: string;
  calls: string;
  title: string;
  chargedKey: string; // its resource name
  slots: Record<string, string>; // by slot: the credential that this link puts there
  confirmed: boolean;
  page: Presentation;
  samples: Sample[];
}

// Rules are the settings of a link that use nothing of the owner's.
export interface Rules {
  followLive: boolean;
  version: number;
  starts: string; // of a datetime-local field: local time; empty for always
  expires: string; // in the same form; empty for never
  views: boolean;
  visits: boolean; // visitors may run it
  forks: boolean;
  sinks: boolean;
  frameOrigins: string; // one a line
  runOrigins: string;
  passwordRequired: boolean;
  password: string; // a new one; empty leaves the stored one
  members: string; // workspaces, one a line
}

export function formOf(share: Share): Form {
  const limit = (value: string | number | undefined) => (Number(value ?? 0) > 0 ? String(value) : "");
  return {
    runAccess: share.runAccess === "RUN_ACCESS_OWNER",
    credentialAccess: share.credentialAccess === "CREDENTIAL_ACCESS_OWNER",
    runs: limit(share.limits?.runs),
    visitorRuns: limit(share.limits?.visitorRuns),
    calls: limit(share.limits?.credentialCalls),
    title: share.title ?? "",
    chargedKey: share.chargedKey ?? "",
    slots: Object.fromEntries((share.slotCredentials ?? []).map((s) => [slotId(s), s.credential ?? ""])),
    confirmed: false,
    followLive: !!share.followLive,
    version: share.version ?? 0,
    starts: share.startTime ? local(share.startTime) : "",
    expires: share.expireTime ? local(share.expireTime) : "",
    views: !share.viewDisabled,
    visits: !share.runDisabled,
    forks: !share.forkDisabled,
    sinks: !!share.sinksEnabled,
    frameOrigins: (share.frameOrigins ?? []).join("\n"),
    runOrigins: (share.runOrigins ?? []).join("\n"),
    passwordRequired: !!share.gate?.passwordRequired,
    password: "",
    members: (share.gate?.workspaces ?? []).map((name) => name.replace(/^workspaces\//, "")).join("\n"),
    page: share.presentation ?? {},
    samples: share.samples ?? [],
  };
}

// slotId tells the slots of a version apart.
export function slotId(slot: { step?: string; field?: string }): string {
  return `${slot.step}\n${slot.field}`;
}

// chosen is what fills each slot of the version through this link, where the owner chose it.
function chosen(share: Share, form: Form): SlotCredential[] {
  return (share.detected?.slots ?? []).flatMap((s) => {
    const credential = form.slots[slotId(s)];
    return credential ? [{ step: s.step, field: s.field, credential }] : [];
  });
}

export function slotsDiffer(share: Share, form: Form): boolean {
  return stringify(chosen(share, form)) !== stringify(chosen(share, formOf(share)));
}

// local is a time as a datetime-local field has it.
function local(iso: string): string {
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

// time is what an update has for the text of a field. null clears a time; the type of the schema has no null.
function time(local: string): string {
  return local ? new Date(local).toISOString() : (null as unknown as string);
}

const lines = (text: string) =>
  text
    .split(/\s+/)
    .map((line) => line.trim())
    .filter(Boolean);

export const limitPattern = /^([1-9][0-9]{0,8})?$/;

// changeOf is the body of the update: what differs, and nothing else.
export function changeOf(share: Share, form: Form): Partial<Share> {
  return { ...accessChange(share, form), ...rulesChange(share, form), ...pageChange(share, form) };
}

function accessChange(share: Share, form: Form): Partial<Share> {
  const before = formOf(share);
  const body: Partial<Share> = {};
  if (form.runAccess !== before.runAccess) body.runAccess = form.runAccess ? "RUN_ACCESS_OWNER" : "RUN_ACCESS_VISITOR";
  if (form.credentialAccess !== before.credentialAccess) {
    body.credentialAccess = form.credentialAccess ? "CREDENTIAL_ACCESS_OWNER" : "CREDENTIAL_ACCESS_VISITOR";
  }
  if (form.runAccess && form.chargedKey !== before.chargedKey) body.chargedKey = form.chargedKey;
  if (slotsDiffer(share, form)) body.slotCredentials = chosen(share, form);
  if (form.credentialAccess && form.confirmed) body.confirmedDestinations = share.detected?.unknownDestinations ?? [];
  if (form.runs !== before.runs || form.visitorRuns !== before.visitorRuns || form.calls !== before.calls) {
    body.limits = {
      ...share.limits,
      period: share.limits?.period ?? "PERIOD_DAY",
      runs: form.runs || "0",
      visitorRuns: form.visitorRuns || "0",
      credentialCalls: form.calls || "0",
    };
  }
  return body;
}

function rulesChange(share: Share, form: Form): Partial<Share> {
  const before = formOf(share);
  const body: Partial<Share> = {};
  if (form.title !== before.title) body.title = form.title;
  if (form.followLive !== before.followLive) body.followLive = form.followLive;
  if (!form.followLive && (form.version !== before.version || before.followLive)) body.version = form.version;
  if (form.starts !== before.starts) body.startTime = time(form.starts);
  if (form.expires !== before.expires) body.expireTime = time(form.expires);
  if (form.views !== before.views) body.viewDisabled = !form.views;
  if (form.visits !== before.visits) body.runDisabled = !form.visits;
  if (form.forks !== before.forks) body.forkDisabled = !form.forks;
  if (form.sinks !== before.sinks) body.sinksEnabled = form.sinks;
  if (form.frameOrigins !== before.frameOrigins) body.frameOrigins = lines(form.frameOrigins);
  if (form.runOrigins !== before.runOrigins) body.runOrigins = lines(form.runOrigins);
  if (form.passwordRequired !== before.passwordRequired || form.password || form.members !== before.members) {
    body.gate = {
      passwordRequired: form.passwordRequired,
      password: form.passwordRequired ? form.password : "",
      workspaces: lines(form.members).map((id) => `workspaces/${id}`),
    };
  }
  return body;
}

function pageChange(share: Share, form: Form): Partial<Share> {
  const before = formOf(share);
  const body: Partial<Share> = {};
  const empty = { title: "", welcome: "", guide: "", accentColor: "", inputs: [], outputs: [] };
  if (JSON.stringify({ ...empty, ...form.page }) !== JSON.stringify({ ...empty, ...before.page }))
    body.presentation = { ...empty, ...form.page };
  if (form.samples !== before.samples && stringify(form.samples) !== stringify(before.samples))
    body.samples = form.samples;
  return body;
}

// opens says whether a form gives visitors something of the owner's that they do not have.
export function opens(share: Share, form: Form): boolean {
  const before = formOf(share);
  if (form.runAccess && !before.runAccess) return true;
  return form.credentialAccess && (!before.credentialAccess || slotsDiffer(share, form));
}

// usedOf is how many runs a link had, by the rows of a query.
export function usedOf(rows: UsageRow[] | undefined, name: string | undefined): number {
  return Number(rows?.find((r) => r.group === name)?.runs ?? 0);
}

// callsOf is how many calls the runs of a link made with the owner's credentials.
export function callsOf(rows: CredentialUsage[] | undefined, name: string | undefined): number {
  return Number(rows?.find((r) => r.group === name)?.calls ?? 0);
}

// hiddenOf lists the ids of the credentials that runs through a link use. They share one limit of calls.
export function hiddenOf(share: Share): string[] {
  const own = new Map((share.slotCredentials ?? []).map((s) => [slotId(s), s.credential]));
  const names = (share.detected?.slots ?? []).map((s) => own.get(slotId(s)) || s.credential || "");
  return [...new Set(names.filter(Boolean).map((name) => name.split("/")[3] ?? ""))];
}

export function withWords(ids: string[]): string {
  if (ids.length === 0) return "with your credentials";
  return ids.length === 1 ? `with ${ids[0]}` : `with ${ids.join(", ")} together`;
}

export const runsWord = (n: number) => (n === 1 ? "1 run" : `${n.toLocaleString("en-GB")} runs`);

const periods: Record<string, string> = { PERIOD_DAY: "a day", PERIOD_MONTH: "a month", PERIOD_LIFETIME: "in all" };

export function periodOf(share: Share): string {
  return periods[share.limits?.period ?? "PERIOD_DAY"] ?? "a day";
}

// worst returns the most that visitors can use. The defaults are the server's.
export function worst(share: Share, form: Form): string {
  const parts = [
    form.runAccess && `${form.runs || "100"} runs on your key`,
    form.credentialAccess && `${form.calls || "200"} calls with your credentials`,
  ].filter(Boolean);
  return parts.length > 0 ? `At worst ${periodOf(share)}: ${parts.join(" and ")}.` : "";
}
