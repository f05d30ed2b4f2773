import { providerName } from "../../run/providers";
import { Select } from "../../ui/Select";
import page from "../parts/Page.module.css";
import { setQuery } from "../parts/query";
import { providers } from "./words";

export interface CredentialFilter {
  provider: string;
  use: "" | "in_use" | "not_in_use";
}

// filterOf reads a filter from the address. Words that are none mean all.
export function filterOf(query: URLSearchParams): CredentialFilter {
  const use = query.get("use");
  return {
    provider: query.get("provider") ?? "",
    use: use === "in_use" || use === "not_in_use" ? use : "",
  };
}

// Filters limit the list to a provider, or to what is in use. The server does it.
export function Filters({ filter }: { filter: CredentialFilter }) {
  const { provider, use } = filter;
  const others = provider !== "" && !providers.some((p) => p.value === provider);
  return (
    <>
      <span className={page.choice}>
        <Select
          aria-label="Provider"
          value={provider}
          onChange={(e) => setQuery({ provider: e.target.value })}
          options={[
            { value: "", label: "Every provider" },
            ...providers,
            ...(others ? [{ value: provider, label: providerName(provider) }] : []),
          ]}
        />
      </span>
      <span className={page.choice}>
        <Select
          aria-label="Use"
          value={use}
          onChange={(e) => setQuery({ use: e.target.value })}
          options={[
            { value: "", label: "In use or not" },
            { value: "in_use", label: "In a workflow" },
            { value: "not_in_use", label: "In no workflow" },
          ]}
        />
      </span>
    </>
  );
}
