// Credentials in words: providers, places in a request, the results of tests.
import type { Credential } from "../../api/owner";
import type { Tested } from "../../api/manage";
import { providerName } from "../../run/providers";
import type { Option } from "../../ui/Select";

// Providers whose hosts and place the server knows, and two for everything else.
const known = [
  "openai",
  "anthropic",
  "gemini",
  "google_vision",
  "google_maps",
  "openrouter",
  "mistral",
  "groq",
  "deepseek",
  "together",
  "cohere",
  "xai",
  "huggingface",
  "replicate",
  "stability_ai",
  "roboflow",
  "slack",
  "twilio",
];

export const providers: Option[] = [
  ...known.map((value) => ({ value, label: providerName(value) })),
  { value: "openai_compatible", label: "OpenAI-compatible server" },
  { value: "ollama", label: "Ollama" },
  { value: "smtp", label: "Mail server (SMTP)" },
  { value: "aws", label: "AWS (S3)" },
  { value: "generic", label: "Another service" },
];

// needsHost says whether the server knows no host of a provider.
export const needsHost = (provider: string) => !known.includes(provider);

export const places: Option[] = [
  { value: "", label: "The provider's usual place" },
  { value: "SLOT_KIND_BEARER", label: "Authorization: Bearer" },
  { value: "SLOT_KIND_HEADER", label: "Another header" },
  { value: "SLOT_KIND_QUERY", label: "Query parameter" },
  { value: "SLOT_KIND_BASIC", label: "Basic authentication" },
  { value: "SLOT_KIND_BODY", label: "JSON body" },
  { value: "SLOT_KIND_URL", label: "The whole URL" },
  { value: "SLOT_KIND_SMTP", label: "Password of a mail server" },
  { value: "SLOT_KIND_ACCOUNT", label: "Account of a password or a key" },
  { value: "SLOT_KIND_SIGNATURE", label: "Signature of AWS" },
];

// hostHelp says how the hosts of a provider are written.
export function hostHelp(provider: string): string {
  if (provider === "smtp") {
    return "The mail server, such as smtp.example.com, or smtp.example.com:587 for STARTTLS.";
  }
  if (provider === "aws") {
    return "The bucket and its region, such as https://my-bucket.s3.eu-central-1.amazonaws.com.";
  }
  return needsHost(provider)
    ? "One host on each line, such as https://api.example.com."
    : "One host on each line. Leave it empty for the provider's own.";
}

export function placeOf(c: Credential): string {
  const name = c.slotName ?? "";
  switch (c.slotKind) {
    case "SLOT_KIND_HEADER":
      return `Header ${name}${c.slotPrefix ? `, after “${c.slotPrefix.trim()}”` : ""}`;
    case "SLOT_KIND_QUERY":
      return `Query parameter ${name}`;
    case "SLOT_KIND_BASIC":
      return name ? `Basic authentication, user ${name}` : "Basic authentication";
    case "SLOT_KIND_BODY":
      return `JSON body, at ${name}`;
    case "SLOT_KIND_URL":
      return "The whole URL";
    case "SLOT_KIND_SMTP":
      return name ? `Password of a mail server, user ${name}` : "Password of a mail server";
    case "SLOT_KIND_ACCOUNT":
      return "Account of a password or a key";
    case "SLOT_KIND_SIGNATURE":
      return "Signature of AWS";
    default:
      return "Authorization: Bearer";
  }
}

export const idOfCredential = (c: Credential) => c.name?.split("/")[3] ?? "";

export type ResultTone = "good" | "warn" | "bad" | "plain";

const tones: Record<string, ResultTone> = {
  TEST_OUTCOME_ACCEPTED: "good",
  TEST_OUTCOME_REFUSED: "bad",
  TEST_OUTCOME_NO_PERMISSION: "bad",
  TEST_OUTCOME_LIMITED: "warn",
  TEST_OUTCOME_UNREACHABLE: "warn",
};

export const toneOf = (t: Tested): ResultTone => tones[t.outcome ?? ""] ?? "plain";
