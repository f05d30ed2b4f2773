// What a visitor needs to know before a run, in a few words: who pays, where data goes, what
// is kept. The rules are the server's; these are words for them.
import type { Allowance, SharedWorkflow } from "../api/client";
import { moment } from "../api/explain";
import { kindOf } from "../run/fields";
import { hostOf, providerName } from "../run/providers";

export interface Statement {
  tone: "good" | "warn" | "bad";
  icon: string;
  lead: string;
  strong: string;
  // Two lines for a narrow screen.
  short: [string, string];
}

export function tightest(allowances: Allowance[]): Allowance | undefined {
  return [...allowances].sort((a, b) => Number(a.runsLeft ?? 0) - Number(b.runsLeft ?? 0))[0];
}

// runsLeft is "20 runs left today"; what is "20 runs" or "20".
export function left(a: Allowance, noun = " run"): string {
  const n = Number(a.runsLeft ?? 0);
  const words = n === 0 ? "no runs" : `${n.toLocaleString("en")}${noun}${noun && n !== 1 ? "s" : ""}`;
  return `${words} left${when(a)}`;
}

function when(a: Allowance): string {
  if (!a.resetTime) return "";
  const until = new Date(a.resetTime);
  if (until.getTime() - Date.now() < 25 * 3600e3) return " today";
  return ` until ${until.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}`;
}

// Providers that bill the visitor's own credential.
function billed(view: SharedWorkflow): string[] {
  const own = (view.interface?.inputs ?? []).filter((i) => i.credential);
  return [...new Set(own.map((i) => providerName(i.provider) || hostOf(i.destination ?? "") || "A provider"))];
}

export function whoPays(view: SharedWorkflow, allowances: Allowance[]): Statement {
  const charged = view.terms?.charged;
  const least = tightest(allowances);
  const bills = billed(view).map((name) => `${name} bills your key`);
  if (least && Number(least.runsLeft ?? 0) === 0) {
    const resets = least.resetTime ? `resets at ${moment(least.resetTime)}` : "ask the owner";
    return { tone: "bad", icon: "warning", lead: "No runs left:", strong: resets, short: ["None left", resets] };
  }
  const rest = least ? left(least) : "";
  const few = least ? left(least, "") : "no limit";
  if (charged === "visitor") {
    const strong = ["your own key", rest].filter(Boolean).join(", ");
    return {
      tone: "good",
      icon: "key",
      lead: "You pay:",
      strong: [strong, ...bills].join(". "),
      short: ["Your key", few],
    };
  }
  const payer = charged === "owner" ? `paid by ${view.owner}` : "paid by this server";
  if (bills.length > 0) {
    const strong = [least ? few : payer, ...bills].join(". ");
    return {
      tone: "good",
      icon: "done",
      lead: "Runs are free:",
      strong: `${strong}.`,
      short: ["Free runs", `${billed(view)[0]} bills you`],
    };
  }
  return {
    tone: "good",
    icon: "done",
    lead: "Free for you:",
    strong: [payer, rest].filter(Boolean).join(", "),
    short: ["Free for you", few],
  };
}

export interface Place {
  host: string;
  known: boolean;
  // The credentials of the visitor that go there.
  keys: string[];
}

export function placesOf(view: SharedWorkflow): Place[] {
  const places = new Map<string, Place>();
  const add = (destination: string, known: boolean, key?: string) => {
    const host = hostOf(destination);
    const there = places.get(host) ?? { host, known, keys: [] };
    if (key) there.keys.push(key);
    places.set(host, { ...there, known: there.known && known });
  };
  for (const i of view.interface?.inputs ?? []) {
    if (i.credential && i.destination)
      add(i.destination, !!i.knownProvider, providerName(i.provider) ? `${providerName(i.provider)} key` : "key");
  }
  for (const { address = "", knownProvider } of view.terms?.places ?? [])
    if (!places.has(hostOf(address))) add(address, !!knownProvider);
  return [...places.values()];
}

export function whereItGoes(view: SharedWorkflow): Statement {
  const places = placesOf(view);
  const unknown = places.filter((p) => !p.known).length;
  const noun = (view.interface?.inputs ?? []).some((i) => kindOf(i) === "picture") ? "Picture" : "Data";
  const lead = `${noun} goes to:`;
  if (places.length === 0)
    return { tone: "good", icon: "guard", lead, strong: "this server only", short: ["Stays here", "on this server"] };
  const strong =
    places.length === 1 ? places[0]!.host : `${places.length} places${unknown ? `, ${unknown} unknown` : ""}`;
  const short: [string, string] = ["Goes to", places.length === 1 ? places[0]!.host : `${places.length} places`];
  return unknown
    ? { tone: "warn", icon: "warning", lead, strong, short }
    : { tone: "good", icon: "guard", lead, strong, short };
}

export function whatIsKept(view: SharedWorkflow): Statement {
  const away = placesOf(view).length > 0;
  return {
    tone: "good",
    icon: "hidden",
    lead: away ? "Kept here:" : "Kept:",
    strong: "nothing",
    short: ["Not kept", "no copies"],
  };
}

// costOf is the line under the button.
export function costOf(view: SharedWorkflow, allowances: Allowance[]): string {
  if (!view.runnable) return "";
  const least = tightest(allowances);
  const bills = billed(view);
  if (bills.length > 0) return `1 run, and ${bills.join(" and ")} bills your key`;
  if (!least) return "";
  const n = Number(least.runsLeft ?? 0).toLocaleString("en");
  const free = view.terms?.charged === "visitor" ? "" : "free ";
  return `Uses 1 of your ${n} ${free}runs${when(least)}`;
}
