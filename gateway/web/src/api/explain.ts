// What a reason means for a visitor, and what to do about it. The API's own message
// says what happened; this adds the heading and the next step.
import type { Failure } from "./failure";

export interface Explanation {
  title: string;
  advice: string;
}

const explanations: Record<string, Explanation> = {
  NOT_FOUND: { title: "There is nothing at this link", advice: "Check that it is complete, or ask whoever sent it for a new one." },
  SHARE_PAUSED: { title: "This link is paused", advice: "Its owner has stopped it for now. Try again later, or ask them to resume it." },
  SHARE_EXPIRED: { title: "This link has expired", advice: "Ask its owner for a new one." },
  SHARE_SUSPENDED: { title: "This link is suspended", advice: "Something in it needs its owner's attention first. They have been told." },
  MODEL_PRIVATE: { title: "A private model is used here", advice: "Ask the owner to open run access on this link. You can still look at the workflow, and fork it." },
  INPUT_MISSING: { title: "Something is missing", advice: "Fill in what is marked, and run again." },
  INPUT_INVALID: { title: "An input does not fit", advice: "Correct what is marked, and run again." },
  INPUT_UNKNOWN: { title: "The workflow has changed", advice: "Reload the page to see its present inputs." },
  DESTINATION_CHANGED: { title: "Your credential was not sent", advice: "It would have gone somewhere else than this page told you. The page shows the new destination now: look at it, and enter the credential again only if you trust it." },
  KEY_BUDGET_EXHAUSTED: { title: "The allowance is used up", advice: "Wait until it starts anew, or run on a Keyhole key of your own." },
  SHARE_BUDGET_EXHAUSTED: { title: "This link's allowance is used up", advice: "Wait until it starts anew, or fork the workflow and run your own copy." },
  VISITOR_BUDGET_EXHAUSTED: { title: "Your allowance is used up", advice: "Wait until it starts anew, or fork the workflow and run your own copy." },
  CREDENTIAL_CALLS_EXHAUSTED: { title: "The owner's provider allowance is used up", advice: "Wait until it starts anew, or fork the workflow and use a credential of your own." },
  RATE_LIMITED: { title: "Too many runs at the same time", advice: "Wait a moment, and run again." },
  SLOT_UNBOUND: { title: "A credential is missing in the workflow", advice: "Its owner has to bind one. You can fork the workflow and bind your own." },
  STEP_FAILED: { title: "A step failed", advice: "Look at the step in the graph; another input may work." },
  PROVIDER_FAILED: { title: "A provider refused or failed", advice: "If it is your credential, check it with the provider. Else try again later." },
  MODEL_FAILED: { title: "A model failed", advice: "Try again, or with another picture." },
  MODEL_NOT_FOUND: { title: "A model is missing", advice: "The owner has to correct the workflow." },
  IMAGE_INVALID: { title: "This is not a picture that can be read", advice: "Use JPEG, PNG or WebP." },
  IMAGE_TOO_LARGE: { title: "The picture is too large", advice: "Shrink it, and run again." },
  REQUEST_TOO_LARGE: { title: "The picture is too large", advice: "Shrink it, and run again." },
  RESULT_TOO_LARGE: { title: "The result is too large", advice: "Try a smaller picture." },
  RUN_REVOKED: { title: "The run was ended", advice: "The link, or what it runs on, was withdrawn while it went on." },
  ADDRESS_REFUSED: { title: "That address may not be called", advice: "Use a picture at a public https address, or upload it." },
  ANSWER_WITHHELD: { title: "The answer was withheld", advice: "A secret was found in a provider's answer. The owner has been told." },
  UNAUTHENTICATED: { title: "This key is not known", advice: "Check your Keyhole key, or clear it to run without one." },
  PERMISSION_DENIED: { title: "This is not allowed", advice: "" },
  CANCELLED: { title: "Cancelled", advice: "" },
  DEADLINE_EXCEEDED: { title: "It took too long", advice: "Try again, or with a smaller picture." },
  UNAVAILABLE: { title: "The server cannot do this now", advice: "Try again in a moment." },
  UNREACHABLE: { title: "The server cannot be reached", advice: "Check your connection, and try again." },
  ALREADY_EXISTS: { title: "That name is taken", advice: "Choose another." },
};

export function explain(f: Failure): Explanation {
  const known = explanations[f.reason];
  if (known) return known;
  const help = f.requestId ? ` If it stays so, tell the operator: ${f.requestId}.` : "";
  return { title: "Something went wrong", advice: `Try again.${help}` };
}
