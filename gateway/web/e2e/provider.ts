// A provider that speaks OpenAI's protocol on loopback and behaves as its path says:
// /echo, /slow, /leak, /refuse.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Provider {
  url: string;
  close: () => Promise<void>;
}

const answers: Record<string, (key: string, prompt: string) => [number, unknown]> = {
  echo: (_, prompt) => [200, chat(prompt)],
  leak: (key) => [200, chat(`your key is ${key}`)],
  refuse: (key) => [
    401,
    { error: { message: `<img src=x onerror="window.hacked=1"> wrong key ${key}`, type: "invalid_request_error" } },
  ],
};

function chat(content: string) {
  return {
    id: "c",
    object: "chat.completion",
    model: "m",
    choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content } }],
    usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
  };
}

export async function startProvider(): Promise<Provider> {
  const seen = { keys: [] as string[], gone: 0 };
  const server = createServer((req, res) => void serve(req, res, seen));
  await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

async function serve(req: IncomingMessage, res: ServerResponse, seen: { keys: string[]; gone: number }) {
  if (req.url === "/seen") return json(res, 200, seen);
  if (req.url === "/v1/models") return models(req, res);
  const body = JSON.parse(await read(req)) as { messages?: { content: unknown }[] };
  const key = (req.headers.authorization ?? "").replace(/^Bearer /, "");
  seen.keys.push(key);
  const behaviour = req.url!.split("/")[1]!;
  if (behaviour === "slow") {
    res.on("close", () => seen.gone++);
    return; // never answers: the caller gives up
  }
  const content = body.messages?.at(-1)?.content;
  const prompt = typeof content === "string" ? content : JSON.stringify(content);
  const [status, answer] = answers[behaviour]!(key, prompt);
  json(res, status, answer);
}

// models answers the test of a credential, as its key says.
function models(req: IncomingMessage, res: ServerResponse) {
  const key = req.headers.authorization ?? "";
  if (key.includes("dead")) return json(res, 401, { error: { message: "<b>no such key</b>" } });
  if (key.includes("busy")) return json(res, 429, { error: { message: "<b>slow down</b>" } });
  json(res, 200, { object: "list", data: [] });
}

function json(res: ServerResponse, status: number, body: unknown) {
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function read(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString() || "{}";
}
