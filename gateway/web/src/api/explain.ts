// Headings and next steps for visitors, by reason. The API's own message says what
// happened.
import type { Failure } from "./failure";

export interface Explanation {
  title: string;
  advice: string;
}

const explanations: Record<string, Explanation> = {
  NOT_FOUND: {
    title: "Link not found",
    advice: "Check that the link is complete, or ask the person who sent it for a new one.",
  },
  SHARE_PAUSED: {
    title: "This link is paused",
    advice: "The owner has paused it. Try again later, or ask the owner to resume it.",
  },
  SHARE_EXPIRED: { title: "This link has expired", advice: "Ask its owner for a new one." },
  SUSPENDED_BY_OPERATOR: { title: "This link is suspended", advice: "" },
  SHARE_NOT_STARTED: { title: "This link does not work yet", advice: "" },
  SHARE_PERMISSION_DENIED: { title: "The owner does not allow this", advice: "" },
  SHARE_SUSPENDED: {
    title: "This link is suspended",
    advice: "The owner has to review it first, and has been notified.",
  },
  GATE_REQUIRED: { title: "This link asks for something before it opens", advice: "Reload the page to pass its gate." },
  GATE_REFUSED: { title: "That is not it", advice: "Ask the owner of the link for the password." },
  MODEL_PRIVATE: {
    title: "This workflow uses a private model",
    advice: "Ask the owner to open run access on this link. You can still view the workflow and fork it.",
  },
  INPUT_MISSING: { title: "An input is missing", advice: "Fill in the marked fields and run again." },
  INPUT_INVALID: { title: "An input is invalid", advice: "Correct the marked fields and run again." },
  INPUT_UNKNOWN: { title: "The workflow has changed", advice: "Reload the page to see its current inputs." },
  DESTINATION_CHANGED: {
    title: "Your credential was not sent",
    advice:
      "Its destination has changed since this page was loaded. The page now shows the new destination. Enter the credential again only if you trust it.",
  },
  KEY_BUDGET_EXHAUSTED: {
    title: "The allowance is used up",
    advice: "Wait until it resets, or use your own Keyhole key.",
  },
  SHARE_BUDGET_EXHAUSTED: {
    title: "This link's allowance is used up",
    advice: "Wait until it resets, or fork the workflow and run your own copy.",
  },
  VISITOR_BUDGET_EXHAUSTED: {
    title: "Your allowance is used up",
    advice: "Wait until it resets, or fork the workflow and run your own copy.",
  },
  CREDENTIAL_CALLS_EXHAUSTED: {
    title: "The owner's provider allowance is used up",
    advice: "Wait until it resets, or fork the workflow and use your own credential.",
  },
  RATE_LIMITED: { title: "Too many runs at the same time", advice: "Wait a moment and run again." },
  SLOT_UNBOUND: {
    title: "The workflow needs a credential",
    advice: "The owner has to bind one. You can fork the workflow and bind your own.",
  },
  STEP_FAILED: { title: "A step failed", advice: "Check the step in the graph, or try another input." },
  PROVIDER_FAILED: {
    title: "A provider refused the call or failed",
    advice: "If you used your own credential, check it with the provider. Otherwise try again later.",
  },
  MODEL_FAILED: { title: "A model failed", advice: "Try again, or use another picture." },
  MODEL_NOT_FOUND: { title: "A model is missing", advice: "The owner has to correct the workflow." },
  IMAGE_INVALID: { title: "The picture cannot be read", advice: "Use JPEG, PNG or WebP." },
  IMAGE_TOO_LARGE: { title: "The picture is too large", advice: "Shrink it and run again." },
  REQUEST_TOO_LARGE: { title: "The picture is too large", advice: "Shrink it and run again." },
  RESULT_TOO_LARGE: { title: "The result is too large", advice: "Try a smaller picture." },
  RUN_REVOKED: { title: "The run was ended", advice: "The link, its key or a credential was revoked during the run." },
  ADDRESS_REFUSED: {
    title: "This address is not allowed",
    advice: "Use a picture at a public https address, or upload it.",
  },
  ANSWER_WITHHELD: {
    title: "The answer was withheld",
    advice: "A provider's answer contained a secret. The owner has been notified.",
  },
  UNAUTHENTICATED: { title: "Unknown key", advice: "Check your Keyhole key, or clear it to run without one." },
  PERMISSION_DENIED: { title: "This is not allowed", advice: "" },
  CANCELLED: { title: "Stopped", advice: "" },
  DEADLINE_EXCEEDED: { title: "It took too long", advice: "Try again, or use a smaller picture." },
  UNAVAILABLE: { title: "The server is unavailable", advice: "Try again in a moment." },
  UNREACHABLE: { title: "The server cannot be reached", advice: "Check your connection and try again." },
  ALREADY_EXISTS: { title: "That name is taken", advice: "Choose another." },
};

export function explain(f: Failure): Explanation {
  const known = explanations[f.reason];
  if (known) return known;
  const help = f.requestId ? ` If it fails again, give this request id to the operator: ${f.requestId}.` : "";
  return { title: "Something went wrong", advice: `Try again.${help}` };
}

// sentence makes a sentence of an API's message, with its times in the visitor's own zone.
export function sentence(text: string): string {
  const t = text.trim().replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)/g, (iso) => moment(iso));
  if (!t) return "";
  return t.charAt(0).toUpperCase() + t.slice(1) + (/[.!?…]$/.test(t) ? "" : ".");
}

// moment is a time for people: within a day and a half the hour, later the date.
export function moment(iso: string): string {
  const d = new Date(iso);
  if (Number.isNaN(d.getTime())) return iso;
  const near = Math.abs(d.getTime() - Date.now()) < 36 * 3600e3;
  const hour = d.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return near ? hour : `${hour} on ${d.toLocaleDateString("en-GB", { day: "numeric", month: "long" })}`;
}

// same says whether two sentences say the same, whatever their case and marks.
export function same(a: string, b: string): boolean {
  const plain = (t: string) =>
    t
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, " ")
      .trim();
  return plain(a) === plain(b);
}

// beyond is what a reason says that its heading has not said already.
export function beyond(title: string, reason: string): string {
  if (same(title, reason)) return "";
  if (!reason.toLowerCase().startsWith(title.toLowerCase())) return reason;
  const rest = reason.slice(title.length);
  return /^[;:,.]/.test(rest) ? sentence(rest.slice(1)) : reason;
}
