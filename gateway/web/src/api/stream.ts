// Reads the NDJSON of :runStream: {"result": event} lines, a late {"error": status}
// last. A stream that ends without its last event was interrupted.
import { parse } from "../json/exact";
import type { RunEvent } from "./client";
import { Failure, failureOf, networkFailure } from "./failure";

export async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<RunEvent> {
  let finished = false;
  for await (const line of lines(body)) {
    const { result, error } = parse(line) as { result?: RunEvent; error?: unknown };
    if (error !== undefined) throw failureOf(error);
    if (!result) continue;
    finished ||= result.finished !== undefined;
    yield result;
  }
  if (!finished) throw new Failure("The connection was lost before the result arrived.", "UNREACHABLE");
}

export async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let parts: string[] = []; // a result of many megabytes comes in many chunks: joined once
  try {
    for (;;) {
      const { done, value } = await read(reader);
      const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
      const pieces = text.split("\n");
      for (const piece of pieces.slice(0, -1)) {
        parts.push(piece);
        const line = parts.join("");
        parts = [];
        if (line.trim()) yield line;
      }
      parts.push(pieces[pieces.length - 1] ?? "");
      if (done) break;
    }
    const rest = parts.join("");
    if (rest.trim()) yield rest;
  } finally {
    reader.cancel().catch(() => undefined); // a caller that stops reading stops the run
  }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (cause) {
    throw networkFailure(cause);
  }
}
