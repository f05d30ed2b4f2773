// Which fields a failure is about.
import type { Input } from "../api/client";
import type { Failure } from "../api/failure";
import { sentence } from "../api/explain";
import { providerName } from "./providers";

export function fieldErrors(inputs: Input[], failure: Failure): Record<string, string> {
  const found: Record<string, string> = {};
  for (const v of failure.violations) {
    const parts = v.field.split(/[.[\]"]+/);
    const input = inputs.find((i) => v.field === i.name || parts.includes(i.name ?? ""));
    if (input?.name) found[input.name] = sentence(v.description || failure.message);
  }
  const refused = refusedCredential(inputs, failure);
  if (refused?.name)
    found[refused.name] = `${providerName(refused.provider) || "The provider"} did not accept this key.`;
  return found;
}

// refusedCredential is the visitor's credential that a provider answered 401 or 403 to.
export function refusedCredential(inputs: Input[], failure: Failure): Input | undefined {
  if (!/^40[13]/.test(failure.metadata.status ?? "") || !failure.step) return undefined;
  return inputs.find((i) => i.credential && i.slots?.some((slot) => slot.startsWith(`${failure.step}.`)));
}
