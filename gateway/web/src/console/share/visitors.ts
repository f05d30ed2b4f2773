// What a visitor may do and what happens to the visitor's data, in sentences for the owner.
import type { Share } from "../../api/owner";
import { hostOf } from "../../run/providers";
import type { Form } from "./share";

// visitors follows the form: it says what saving would make of the link. Destinations are those
// of the version; without them nothing is said of them yet.
export function visitors(share: Share, form: Form, destinations: string[] | undefined): string {
  const says = [
    `Anyone with the link can ${new Intl.ListFormat("en-GB").format(mayDo(form))} it.`,
    ...(form.visits ? [form.runAccess ? "You pay for their runs." : "They pay for their own runs."] : []),
  ];
  if (form.visits && (share.detected?.slots ?? []).length > 0)
    says.push(
      form.credentialAccess ? "They use your credentials and do not see them." : "They bring their own provider keys.",
    );
  if (form.visits && destinations) says.push(whereTo(destinations));
  if (form.forks) says.push("A fork carries no keys.");
  return says.join(" ");
}

function mayDo(form: Form): string[] {
  return [form.views && "view", form.visits && "run", form.views && form.forks && "fork"].filter((w) => w !== false);
}

function whereTo(destinations: string[]): string {
  if (destinations.length === 0) return "Their data stays on this server.";
  return `Their data goes to ${new Intl.ListFormat("en-GB").format(destinations.map(hostOf))}.`;
}
