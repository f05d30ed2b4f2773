// Names of providers for people. The server decides which hosts are known; these are words.
const names: Record<string, string> = {
  openai: "OpenAI",
  openai_compatible: "OpenAI-compatible",
  anthropic: "Anthropic",
  google: "Google",
  gemini: "Google Gemini",
  google_vision: "Google Cloud Vision",
  google_maps: "Google Maps",
  openrouter: "OpenRouter",
  mistral: "Mistral",
  groq: "Groq",
  ollama: "Ollama",
  deepseek: "DeepSeek",
  together: "Together",
  cohere: "Cohere",
  xai: "xAI",
  huggingface: "Hugging Face",
  replicate: "Replicate",
  stability_ai: "Stability AI",
  roboflow: "Roboflow",
  slack: "Slack",
  twilio: "Twilio",
};

// Hosts of known providers, for pages that show an address before the server has judged it.
const known = new Set([
  "api.openai.com",
  "api.anthropic.com",
  "generativelanguage.googleapis.com",
  "api.mistral.ai",
  "openrouter.ai",
  "api.groq.com",
  "api.x.ai",
  "api.stability.ai",
  "vision.googleapis.com",
]);

export function isKnown(destination: string): boolean {
  try {
    const url = new URL(destination);
    return url.protocol === "https:" && (url.port === "" || url.port === "443") && known.has(url.hostname);
  } catch {
    return false;
  }
}

// Where a person gets a key. Constant addresses: an owner cannot change them.
const pages: Record<string, string> = {
  openai: "https://platform.openai.com/api-keys",
  anthropic: "https://console.anthropic.com/settings/keys",
  gemini: "https://aistudio.google.com/apikey",
  google: "https://aistudio.google.com/apikey",
  openrouter: "https://openrouter.ai/keys",
  mistral: "https://console.mistral.ai/api-keys",
  groq: "https://console.groq.com/keys",
  xai: "https://console.x.ai",
  stability_ai: "https://platform.stability.ai/account/keys",
  google_vision: "https://console.cloud.google.com/apis/credentials",
};

export function providerName(id: string | undefined): string {
  if (!id) return "";
  return names[id] ?? id.charAt(0).toUpperCase() + id.slice(1).replace(/_/g, " ");
}

export function keyPage(id: string | undefined): string {
  return pages[id ?? ""] ?? "";
}

export function hostOf(destination: string): string {
  try {
    return new URL(destination).host || destination;
  } catch {
    return destination;
  }
}
