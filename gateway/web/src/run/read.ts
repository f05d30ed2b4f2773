// Reads a form into the body of a run, or says which fields are wrong.
import type { Input, RunRequest } from "../api/client";
import { kindOf, labelOf, parse } from "./fields";
import { largest, toInput } from "./picture";
import type { Form } from "./useForm";

export interface Read {
  request: RunRequest;
  errors: Record<string, string>;
}

// credentialOf returns what a credential field holds at this moment.
export async function readForm(inputs: Input[], form: Form, credentialOf: (input: string) => string): Promise<Read> {
  const values: Record<string, unknown> = {};
  const destinations: Record<string, string> = {};
  const errors: Record<string, string> = {};
  for (const input of inputs) {
    const name = input.name ?? "";
    switch (kindOf(input)) {
      case "picture": {
        const picture = form.pictures[name];
        if (form.unusable[name]) errors[name] = form.unusable[name];
        else if (picture?.blob && picture.blob.size > largest())
          errors[name] = "Shrink the picture, or choose another one.";
        else if (picture)
          values[name] = input.type === "WorkflowBatchInput" ? [await toInput(picture)] : await toInput(picture);
        else if (input.required) errors[name] = "Choose a picture.";
        break;
      }
      case "credential": {
        const typed = credentialOf(name);
        if (typed) {
          values[name] = typed;
          if (input.destination) destinations[name] = input.destination;
        } else if (input.required) errors[name] = `Add your ${labelOf(input)}.`;
        break;
      }
      default: {
        const parsed = parse(input, form.texts[name] ?? "");
        if (parsed === "absent") break;
        if ("error" in parsed) errors[name] = parsed.error;
        else values[name] = parsed.value;
      }
    }
  }
  return { request: { inputs: values, destinations, requestId: requestId() }, errors };
}

// requestId identifies the run, so that a request sent twice runs once. It does not use
// randomUUID, which exists only in secure contexts.
function requestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
