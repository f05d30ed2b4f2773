import { lazy, Suspense, useState, type RefObject } from "react";
import type { SharedWorkflow } from "../api/client";
import { Button } from "../ui/Button";
import { CopyButton } from "../ui/CopyButton";
import { Mark } from "../ui/icons";
import { useTheme } from "../ui/useTheme";
import { consolePath } from "./consolePath";
import type { Link } from "./link";
import style from "./Toolbar.module.css";

const ForkDialog = lazy(() => import("./fork/ForkDialog"));
const SnippetDialog = lazy(() => import("./snippets/SnippetDialog"));

interface Props {
  link: Link;
  view?: SharedWorkflow;
  waiting: boolean; // for the view: then it shows no action, because more come with the view
  ownKey: string;
  texts: RefObject<Record<string, string>>;
}

// Toolbar offers the other actions of a link: use in code, copy, fork, sign in, theme. A frame
// has none that asks for a key.
export function Toolbar({ link, view, waiting, ownKey, texts }: Props) {
  // Signing in or up for a fork comes back here with #fork.
  const [open, setOpen] = useState<"" | "fork" | "code">(() =>
    window.location.hash === "#fork" && !link.embed ? "fork" : "",
  );
  const close = () => {
    if (window.location.hash === "#fork") window.history.replaceState(null, "", window.location.pathname);
    setOpen("");
  };
  const home = consolePath();
  const brand = (
    <>
      <Mark /> <span className={view && style.name}>Keyhole</span>
    </>
  );
  return (
    <header className={style.toolbar}>
      {home ? (
        <a className={style.brand} href="/">
          {brand}
        </a>
      ) : (
        <span className={style.brand}>{brand}</span>
      )}
      {!waiting && (
        <nav className={style.actions} aria-label="Workflow">
          {view && (
            <>
              {view.runAllowed && (
                <Button look="ghost" size={40} icon="code" aria-label="Use in code" onClick={() => setOpen("code")}>
                  <span className={style.wide}>Use in code</span>
                  <span className={style.narrow}>Code</span>
                </Button>
              )}
              <CopyButton
                look="ghost"
                size={40}
                className={style.wide}
                text={`${window.location.origin}/s/${link.token}`}
                label="Copy link"
                icon="link"
              />
              {view.forkAllowed && !link.embed && (
                <Button size={40} icon="fork" onClick={() => setOpen("fork")}>
                  Fork
                </Button>
              )}
            </>
          )}
          {home && !link.embed && (
            <a className={style.sign} href={home}>
              Sign in
            </a>
          )}
          <ThemeButton />
        </nav>
      )}
      <Suspense fallback={null}>
        {view?.forkAllowed && open === "fork" && (
          <ForkDialog view={view} token={link.token} ownKey={ownKey} onClose={close} />
        )}
        {view?.runAllowed && open === "code" && (
          <SnippetDialog view={view} token={link.token} texts={texts.current} onClose={close} />
        )}
      </Suspense>
    </header>
  );
}

function ThemeButton() {
  const { other, icon, choose } = useTheme();
  return (
    <Button look="ghost" size={40} square icon={icon} onClick={choose}>
      {`Use the ${other} theme`}
    </Button>
  );
}
