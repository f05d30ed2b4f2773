import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { getSharedWorkflow, type SharedWorkflow } from "../api/client";
import type { Failure } from "../api/failure";
import { accentStyle } from "./accent";
import type { Link } from "./link";
import { Problem } from "./Problem";
import style from "./SharePage.module.css";
import { Toolbar } from "./Toolbar";
import { useWatch } from "./useWatch";
import { Waiting } from "./Waiting";
import { Workbench } from "./Workbench";

// SharePage shows the workflow behind a link, or why it cannot be shown.
export function SharePage({ link }: { link: Link }) {
  const [key, setKey] = useState(""); // the visitor's own key, in memory only
  const texts = useRef<Record<string, string>>({});
  const view = useQuery<SharedWorkflow, Failure>({
    queryKey: ["shared", link.token, key],
    queryFn: ({ signal }) => getSharedWorkflow(link.token, key, signal),
    placeholderData: (previous) => previous,
    retry: (times, failure) => times < 2 && (failure.reason === "UNAVAILABLE" || failure.reason === "UNREACHABLE"),
    retryDelay: 800,
  });
  const { refetch } = view;
  const again = useCallback(async () => (await refetch()).data, [refetch]);
  useWatch(link.token, again);
  const onForm = useCallback((now: Record<string, string>) => void (texts.current = now), []);
  useEffect(() => {
    if (view.data?.title) document.title = `${view.data.title} · Keyhole`;
  }, [view.data?.title]);

  // Keep the last view while the page tries another key.
  const last = useRef<SharedWorkflow>(undefined);
  if (view.data) last.current = view.data;
  const data = view.data ?? last.current;

  // A refused key does not replace the page; the key field shows the error.
  const keyRefused = key !== "" && view.error?.reason === "UNAUTHENTICATED" ? view.error : null;
  const gone = view.error && !keyRefused && !(data && passing(view.error));
  return (
    <>
      {data && !gone && !link.hideToolbar && (
        <nav aria-label="Page">
          <a className={style.skip} href="#run">
            Skip to the workflow
          </a>
        </nav>
      )}
      {!link.hideToolbar && <Toolbar link={link} view={gone ? undefined : data} ownKey={key} texts={texts} />}
      <main
        id="main"
        className={style.page}
        data-embed={link.embed || undefined}
        style={gone ? undefined : accentStyle(data?.presentation?.accentColor)}
      >
        {gone ? (
          <Problem failure={view.error!} onRetry={() => void refetch()} busy={view.isFetching} />
        ) : data ? (
          <Workbench
            link={link}
            view={data}
            ownKey={key}
            setKey={setKey}
            keyRefused={keyRefused}
            onStale={again}
            onForm={onForm}
          />
        ) : (
          <Waiting />
        )}
      </main>
    </>
  );
}

// Temporary errors keep the current view.
function passing(failure: Failure): boolean {
  return ["UNAVAILABLE", "UNREACHABLE", "RATE_LIMITED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL"].includes(
    failure.reason,
  );
}
