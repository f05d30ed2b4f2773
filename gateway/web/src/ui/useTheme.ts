import { useState } from "react";
import { chooseTheme, currentTheme } from "./theme";

// useTheme returns the theme that a button offers, its icon, and the function that chooses it.
export function useTheme() {
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === "dark" ? ("light" as const) : ("dark" as const);
  const choose = () => {
    chooseTheme(other);
    setTheme(other);
  };
  return { other, icon: theme === "dark" ? "sun" : "moon", choose };
}
