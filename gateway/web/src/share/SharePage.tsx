import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { getSharedWorkflow, type SharedWorkflow } from "../api/client";
import type { Failure } from "../api/failure";
import { fetchResults } from "../result/ResultPanel";
import { accentStyle } from "./accent";
import { firstHasExample, removeFirst } from "./first";
import { Gate } from "./Gate";
import type { Link } from "./link";
import { Problem } from "./Problem";
import style from "./SharePage.module.css";
import { ReportLink } from "./ReportLink";
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
    queryFn: ({ signal }) => viewOf(link.token, key, signal),
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

  // The first screen stays until the page can take its place.
  useEffect(() => {
    if (view.error) removeFirst(); // else the workbench removes it
  }, [view.error]);

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
      {!link.hideToolbar && (
        <Toolbar link={link} view={gone ? undefined : data} waiting={!data && !gone} ownKey={key} texts={texts} />
      )}
      <main
        id="main"
        className={style.page}
        data-embed={link.embed || undefined}
        style={gone ? undefined : accentStyle(data?.presentation?.accentColor)}
      >
        {gone ? (
          view.error!.reason === "GATE_REQUIRED" ? (
            <Gate link={link} failure={view.error!} onOpen={again} />
          ) : (
            <Problem failure={view.error!} onRetry={() => void refetch()} busy={view.isFetching} />
          )
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
        {(data || view.error) && view.error?.reason !== "NOT_FOUND" && !link.hideToolbar && (
          <ReportLink token={link.token} />
        )}
      </main>
    </>
  );
}

// viewOf loads the code for an example at the same time, so that the page shows it at its first
// sight.
async function viewOf(token: string, key: string, signal: AbortSignal): Promise<SharedWorkflow> {
  if (firstHasExample()) void fetchResults().catch(() => undefined);
  const view = await getSharedWorkflow(token, key, signal);
  if (view.examples?.length) await fetchResults().catch(() => undefined);
  return view;
}

// Temporary errors keep the current view.
function passing(failure: Failure): boolean {
  return ["UNAVAILABLE", "UNREACHABLE", "RATE_LIMITED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL"].includes(
    failure.reason,
  );
}
