import type { Role } from "../../api/people";

// roles say what a person may do, from the least to the most.
export const roles: { value: Role; label: string; may: string }[] = [
  { value: "PERSON_ROLE_VIEWER", label: "Viewer", may: "Reads workflows, links, runs and usage." },
  {
    value: "PERSON_ROLE_EDITOR",
    label: "Editor",
    may: "Also changes and runs workflows, and makes links. Cannot open your key or credentials.",
  },
  { value: "PERSON_ROLE_OWNER", label: "Owner", may: "May do everything, also with keys, credentials and people." },
];

export function roleOf(value?: string) {
  return roles.find((r) => r.value === value) ?? roles[0]!;
}
