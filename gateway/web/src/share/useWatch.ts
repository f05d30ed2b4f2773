// Listens to changes of a link: paused, rotated, revoked, a new version. A hidden page does not listen; it asks when it
// becomes visible again.
import { useEffect } from "react";
import { framed } from "../api/client";

const pause = 2_000; // ms between two streams
const longest = 60_000;
const settled = 600; // ms until every replica knows of a change

export function useWatch(token: string, onChange: () => void) {
  useEffect(() => {
    let stream: AbortController | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let wait = pause;
    let missed = false; // a change may have come while no stream was open
    const listen = async () => {
      if (stream || document.hidden) return;
      const mine = new AbortController();
      stream = mine;
      try {
        const answer = await fetch(`/s/${token}/changes`, {
          signal: mine.signal,
          credentials: framed ? "omit" : "same-origin", // the pass of a link with a gate is in a cookie
          referrerPolicy: "no-referrer",
        });
        if (answer.status === 200 && answer.body) {
          wait = pause;
          if (missed) onChange();
          missed = true;
          if (await firstByte(answer.body)) {
            onChange();
            again = setTimeout(onChange, settled); // another replica may still answer from before
          }
        } else {
          wait = Math.min(longest, wait * 2);
          if (answer.status === 404 || answer.status === 401) onChange(); // the link went while no stream was open
        }
      } catch {
        wait = Math.min(longest, wait * 2);
      }
      if (stream !== mine) return;
      stream = null;
      timer = setTimeout(() => void listen(), wait);
    };
    const stop = () => {
      clearTimeout(timer);
      stream?.abort();
      stream = null;
    };
    const look = () => (document.hidden ? stop() : void listen());
    document.addEventListener("visibilitychange", look);
    void listen();
    return () => {
      clearTimeout(again);
      document.removeEventListener("visibilitychange", look);
      stop();
    };
  }, [token, onChange]);
}

// firstByte waits for a line; it is false when the stream ends without one.
async function firstByte(body: ReadableStream<Uint8Array>): Promise<boolean> {
  const reader = body.getReader();
  const { value } = await reader.read();
  reader.cancel().catch(() => undefined);
  return !!value?.length;
}
