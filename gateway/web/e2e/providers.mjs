// A server of several providers that somebody else wrote. It prints its URL, and ends with its
// standard input. The end-to-end tests of all services use it too.
import { exit, stdin, stdout } from "node:process";
import { LLMock } from "@copilotkit/aimock";

const server = new LLMock({ port: 0, host: "127.0.0.1" });
server.onMessage(/call a tool/, { toolCalls: [{ name: "look_up", arguments: '{"of":"it"}' }] });
server.onMessage(/too often/, { error: { message: "Slow down.", type: "rate_limit_error" }, status: 429 });
server.onMessage(/./, { content: "a red motorcycle" });
await server.start();
stdout.write(`${server.url}\n`);
stdin.resume().on("end", () => void server.stop().then(() => exit()));
