import type { Role } from "../../api/people";

// roles say what a person may do, from the least to the most.
export const roles: { value: Role; label: string; may: string; you: string }[] = [
  {
    value: "PERSON_ROLE_VIEWER",
    label: "Viewer",
    may: "Reads workflows, links, runs and usage.",
    you: "You can read everything in it.",
  },
  {
    value: "PERSON_ROLE_EDITOR",
    label: "Editor",
    may: "Also changes and runs workflows, and makes links. Cannot open your key or credentials.",
    you: "You can change and run its workflows, and share them by link.",
  },
  {
    value: "PERSON_ROLE_OWNER",
    label: "Owner",
    may: "May do everything, also with keys, credentials and people.",
    you: "You can do everything in it, also invite others.",
  },
];

export function roleOf(value?: string) {
  return roles.find((r) => r.value === value) ?? roles[0]!;
}
