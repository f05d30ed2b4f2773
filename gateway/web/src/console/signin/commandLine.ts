// A command line that asks to be signed in: keyhole login opens /app/command-line with these.
export interface CommandLine {
  // Of the secret that only the command line knows (RFC 7636, S256).
  challenge: string;
  // Where the command line waits on this computer.
  port: number;
  // What the command line expects back, so that it takes no other page's answer.
  state: string;
}

// commandLineOf reads an address. It returns null if keyhole login did not make it.
export function commandLineOf(query: URLSearchParams): CommandLine | null {
  const { challenge, port, state } = Object.fromEntries(query);
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge ?? "") || !/^[A-Za-z0-9]{20,40}$/.test(state ?? "")) return null;
  if (!/^[1-9][0-9]{3,4}$/.test(port ?? "") || Number(port) < 1024 || Number(port) > 65535) return null;
  return { challenge: challenge!, port: Number(port), state: state! };
}

// answerTo is the address of the waiting command line. It is always on this computer: a stranger
// who sends somebody a link cannot receive the answer.
export function answerTo(line: CommandLine, answer: Record<string, string>): string {
  return `http://127.0.0.1:${line.port}/?${new URLSearchParams({ ...answer, state: line.state })}`;
}

const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; // none that look alike

// codeOf is what both the page and the command line show, so that a person can compare: 40 bits
// of the challenge's hash.
export async function codeOf(challenge: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(challenge)));
  const code = [...hash.slice(0, 8)].map((b) => letters[b % 32]).join("");
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
