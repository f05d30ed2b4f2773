// A certified identity provider on loopback, with its own pages for signing in, consent and signing out.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Provider, type ClientMetadata } from "oidc-provider";

// The people, by the name that they sign in with.
const people: Record<string, Record<string, unknown>> = {
  ada: { name: "Ada <b>L.</b>", email: "ada@acme.com", email_verified: true },
  grace: { name: "Grace", email: "grace@elsewhere.com", email_verified: true, groups: ["keyhole-owners"] },
  eve: { name: "Eve", email: "eve@acme.com.evil.com", email_verified: true, groups: ["keyhole-owner"] },
  mallory: { name: "Mallory", email: "mallory@acme.com", email_verified: false },
};

export interface Identity {
  issuer: string;
  args: string[]; // of the server that people sign in to
  serve: (base: string) => void; // after the server's address is known
  close: () => Promise<void>;
}

export async function startIdentity(): Promise<Identity> {
  const server = createServer();
  await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = await mkdtemp(join(tmpdir(), "keyhole-idp-"));
  const secret = randomBytes(24).toString("hex");
  await writeFile(join(folder, "secret"), secret);
  return {
    issuer,
    args: [
      ...["--openid-issuer", issuer, "--openid-name", "Acme ID", "--openid-client-id", "keyhole"],
      ...["--openid-client-secret-file", join(folder, "secret"), "--openid-scopes", "email,profile,groups"],
      ...["--openid-rules", "groups has keyhole-owners => demo/owner"],
      ...["--openid-rules", "email-domain acme.com => demo/viewer"],
    ],
    serve: (base) => server.on("request", provider(issuer, base, secret).callback()),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function provider(issuer: string, base: string, secret: string): Provider {
  const client: ClientMetadata = {
    client_id: "keyhole",
    client_secret: secret,
    redirect_uris: [`${base}/app/openid/callback`],
    post_logout_redirect_uris: [`${base}/app/sign-in`],
  };
  return new Provider(issuer, {
    clients: [client],
    scopes: ["openid", "email", "profile", "groups"],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
    cookies: { keys: [randomBytes(24).toString("hex")] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
}
