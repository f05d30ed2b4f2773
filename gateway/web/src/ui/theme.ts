// Light or dark: the address decides, then the visitor's last choice, then the system.
import { recall, remember } from "./remembered";

export type Theme = "light" | "dark";

export function themeOf(text: string | null | undefined): Theme | undefined {
  return text === "light" || text === "dark" ? text : undefined;
}

export function applyTheme(fromAddress?: Theme) {
  const theme = fromAddress ?? themeOf(recall("theme"));
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

export function chooseTheme(theme: Theme) {
  remember("theme", theme);
  document.documentElement.dataset.theme = theme;
}

export function currentTheme(): Theme {
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  return themeOf(document.documentElement.dataset.theme) ?? (dark ? "dark" : "light");
}
