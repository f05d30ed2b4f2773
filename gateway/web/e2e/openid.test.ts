// Signing in with an identity provider, through its own pages.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { everything, useBrowser, visit } from "./browser";
import { startIdentity, type Identity } from "./identity";
import { startLogin } from "./login";
import { nowhere } from "./owner";
import { looks, screens } from "./screens";
import { startServer, type Server } from "./server";

useBrowser();

let identity: Identity;
let server: Server;

beforeAll(async () => {
  identity = await startIdentity();
  server = await startServer("--no-signup", ...identity.args);
  identity.serve(server.base);
});
afterAll(async () => {
  await server.stop();
  await identity.close();
});

const provider = (page: Page) => page.getByRole("button", { name: "Sign in with Acme ID" });

// goThrough signs in at the provider's page and consents.
async function goThrough(page: Page, name: string): Promise<void> {
  await provider(page).click();
  await page.locator("input[name=login]").fill(name);
  await page.locator("input[name=password]").fill("any");
  await page.locator("button[type=submit]").click();
  await page.getByRole("button", { name: "Continue" }).click();
}

const signedIn = (page: Page) => page.getByRole("navigation", { name: "Console" }).waitFor();

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /demo/ }).first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: /sign me out/i }).click();
  await provider(page).waitFor();
}

async function listPeople(): Promise<{ title: string; role: string; name: string }[]> {
  const answer = await fetch(`${server.base}/v1/workspaces/demo/people`, {
    headers: { authorization: `Bearer ${server.ownerKey}` },
  });
  return ((await answer.json()) as { people: { title: string; role: string; name: string }[] }).people;
}

test("somebody signs in at the provider, signs out, and is the same person afterwards", async () => {
  const page = await visit(`${server.base}/app/demo/runs`);
  const bodies = everything(page);
  await page.getByLabel("Keyhole key").waitFor();
  await goThrough(page, "ada");
  await page.waitForURL("**/app/demo/runs");
  await signedIn(page);
  await nowhere(page, "khs_");
  await nowhere(page, "eyJ");
  const first = await listPeople();
  expect(first.map((p) => [p.title, p.role])).toEqual([["Ada <b>L.</b>", "PERSON_ROLE_VIEWER"]]);
  await signOut(page);
  expect(page.url()).toBe(`${server.base}/app/sign-in`);
  await goThrough(page, "ada");
  await signedIn(page);
  expect(await listPeople()).toEqual(first);
  for (const body of await bodies()) {
    const secret = /"id_token"|"access_token"|eyJ[\w-]{20}|kh[sc]?_[a-z0-9]{20}/;
    if (body.startsWith(server.base)) expect(secret.test(body), body.split("\n")[0]).toBe(false);
  }
});

test("a group decides the role, and an account without a rule stays out", async () => {
  const owner = await visit(`${server.base}/app`);
  await goThrough(owner, "grace");
  await signedIn(owner);
  await owner.getByRole("link", { name: "People" }).waitFor();
  expect((await listPeople()).find((p) => p.title === "Grace")?.role).toBe("PERSON_ROLE_OWNER");

  for (const [name, words] of [
    ["eve", "Your account has no access to a workspace here."],
    ["mallory", "Your e-mail address is not confirmed there."],
  ] as const) {
    const page = await visit(`${server.base}/app/demo/workflows`);
    await goThrough(page, name);
    await page.getByText(words).waitFor();
    await page.getByText("Acme ID did not sign you in.").waitFor();
    expect((await listPeople()).some((p) => p.title === "Eve" || p.title === "Mallory")).toBe(false);
  }
});

test("a command line acts as who signed in at the provider, until that session is ended", async () => {
  const line = await startLogin(server.base);
  const page = await visit(line.link);
  await goThrough(page, "grace");
  await page.getByRole("heading", { name: "Sign in the command line on this computer?" }).waitFor();
  const facts = page.getByRole("region", { name: "The command line" });
  await expect.poll(() => facts.innerText()).toMatch(/With key\s+First key/);
  expect(await facts.innerText()).not.toContain("key_"); // no raw id
  await looks(page, "command-line");
  await page.getByRole("button", { name: "Approve" }).click();
  expect(await line.done).toBe(0);
  expect(await line.run("whoami")).toContain("member");
  await line.run("workflow", "list");

  const owner = (method: string, path: string) =>
    fetch(server.base + path, { method, headers: { authorization: `Bearer ${server.ownerKey}` } });
  const { sessions } = (await (await owner("GET", "/v1/workspaces/demo/sessions")).json()) as {
    sessions: { name: string; parent?: string }[];
  };
  const browser = sessions.find((s) => s.parent)!.parent!;
  expect((await owner("DELETE", `/v1/${browser}`)).status).toBe(200);
  await expect
    .poll(() => line.run("workflow", "list").catch((e: { stderr: string }) => e.stderr))
    .toMatch(/sign|session/i);
  await expect
    .poll(() =>
      line.run("workflow", "list").then(
        () => "works",
        () => "refused",
      ),
    )
    .toBe("refused");
  await line.remove();
});

test("somebody who turns back at the provider reads why, in words of this page", async () => {
  const page = await visit(`${server.base}/app`);
  await provider(page).click();
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByText("You did not finish signing in there").waitFor();
  await page.goto(`${server.base}/app/sign-in?problem=Call+555+now`);
  await page.getByText("Something went wrong.").waitFor();
  expect(await page.getByText("555").count()).toBe(0);
});

for (const { name, options } of screens) {
  test(`the ways to sign in look right at ${name}`, async () => {
    const page = await visit(`${server.base}/app/sign-in?problem=SIGN_IN_NO_ACCESS`, options);
    await provider(page).waitFor();
    await page.getByRole("alert").waitFor();
    await looks(page, `sign-in-provider-${name}`);
  });
}
