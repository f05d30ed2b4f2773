import { lazy, Suspense, useState } from "react";
import type { SharedWorkflow } from "../api/client";
import { CopyButton } from "../ui/CopyButton";
import { Icon, Mark } from "../ui/icons";
import { applyTheme, currentTheme } from "../ui/theme";
import type { Link } from "./link";

const ForkDialog = lazy(() => import("./fork/ForkDialog"));
const SnippetDialog = lazy(() => import("./snippets/SnippetDialog"));

// Toolbar offers the other actions of a link: fork, use in code, copy, theme.
export function Toolbar({ link, view, ownKey }: { link: Link; view?: SharedWorkflow; ownKey: string }) {
  const [open, setOpen] = useState<"" | "fork" | "code">("");
  const close = () => setOpen("");
  return (
    <header className="toolbar">
      <span className="brand">
        <Mark /> Keyhole
      </span>
      <nav className="actions" aria-label="Workflow">
        {view && (
          <>
            <button type="button" className="button quiet" aria-label="Use in code" onClick={() => setOpen("code")}>
              <Icon name="code" />
              <span className="button-text">Use in code</span>
            </button>
            <CopyButton
              className="button quiet"
              text={`${window.location.origin}/s/${link.token}`}
              label="Copy link"
              icon="link"
            />
            {view.forkAllowed && (
              <button type="button" className="button" aria-label="Fork" onClick={() => setOpen("fork")}>
                <Icon name="fork" />
                <span className="button-text">Fork</span>
              </button>
            )}
          </>
        )}
        <ThemeButton />
      </nav>
      <Suspense fallback={null}>
        {view && open === "fork" && <ForkDialog view={view} token={link.token} ownKey={ownKey} onClose={close} />}
        {view && open === "code" && <SnippetDialog view={view} token={link.token} onClose={close} />}
      </Suspense>
    </header>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className="button quiet square"
      aria-label={`Use the ${other} theme`}
      onClick={() => {
        applyTheme(other);
        setTheme(other);
      }}
    >
      <Icon name={theme === "dark" ? "sun" : "moon"} />
    </button>
  );
}
