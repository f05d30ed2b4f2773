import { describe, expect, test } from "vitest";
import type { RunEvent } from "./client";
import { beyond, explain, sentence } from "./explain";
import { Failure, failureOf } from "./failure";
import { events, lines } from "./stream";

function body(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(c) {
      for (const chunk of chunks) c.enqueue(new TextEncoder().encode(chunk));
      c.close();
    },
  });
}

async function all<T>(from: AsyncGenerator<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const x of from) out.push(x);
  return out;
}

describe("lines", () => {
  test("are the same however the network cuts them", async () => {
    const text = '{"a":"ü"}\n{"b":2}\n\n{"c":3}';
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at <= bytes.length; at++) {
      const cut = new ReadableStream<Uint8Array>({
        start(c) {
          c.enqueue(bytes.slice(0, at));
          c.enqueue(bytes.slice(at));
          c.close();
        },
      });
      expect(await all(lines(cut))).toEqual(['{"a":"ü"}', '{"b":2}', '{"c":3}']);
    }
  });
});

describe("events", () => {
  const finished = '{"result":{"finished":{"run":"r"}}}\n';
  test("end with the last one", async () => {
    const got: RunEvent[] = await all(events(body('{"result":{"started":"r"}}\n', finished)));
    expect(got).toHaveLength(2);
  });
  test("keep their numbers", async () => {
    const [event] = await all(events(body('{"result":{"finished":{"outputs":[{"id":9007199254740993}]}}}\n')));
    expect(String(event!.finished!.outputs![0]!.id)).toBe("9007199254740993");
  });
  test("that stop early are an error", async () => {
    await expect(all(events(body('{"result":{"started":"r"}}\n')))).rejects.toMatchObject({ reason: "UNREACHABLE" });
  });
  test("carry a late error", async () => {
    const late = '{"error":{"code":9,"message":"no","details":[{"reason":"STEP_FAILED","metadata":{"step":"ocr"}}]}}\n';
    await expect(all(events(body(late)))).rejects.toMatchObject({ reason: "STEP_FAILED", step: "ocr", message: "no" });
  });
});

describe("failures", () => {
  test("of a stream that was refused immediately are like any other", () => {
    expect(failureOf({ code: 8, message: "used up", details: [{ reason: "SHARE_BUDGET_EXHAUSTED" }] }).reason).toBe(
      "SHARE_BUDGET_EXHAUSTED",
    );
  });
  test("that are not ours show nothing of their text", () => {
    const f = failureOf("<h1>proxy-7</h1>", new Response("", { status: 502 }));
    expect(f.message).not.toContain("proxy");
    expect(f.reason).toBe("UNAVAILABLE");
    expect(failureOf("x", new Response("", { status: 413 })).reason).toBe("REQUEST_TOO_LARGE");
  });
  test("of every kind have a heading", () => {
    expect(explain(new Failure("x", "NOT_A_REASON", {}, [], 0, "req_1")).advice).toContain("req_1");
    expect(explain(new Failure("x", "SHARE_PAUSED")).title).toBe("This link is paused");
  });
});

describe("sentences", () => {
  test("say a time in the visitor's zone, and nothing that the heading has said", () => {
    const soon = new Date(Date.now() + 3600e3);
    const text = sentence(`the allowance is used up; it resets at ${soon.toISOString()}`);
    expect(text).toMatch(/^The allowance is used up; it resets at \d\d:\d\d\.$/);
    expect(beyond("The allowance is used up", text)).toMatch(/^It resets at \d\d:\d\d\.$/);
    expect(beyond("This link is paused", "This link is paused.")).toBe("");
    expect(beyond("A step failed", "The picture is damaged.")).toBe("The picture is damaged.");
  });
});
