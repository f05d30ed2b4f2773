// Keys that pay for runs, and the sessions that act with them.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { base, call, greet, otherKey, ownerKey } from "./api";
import { accessible, shot, useBrowser } from "./browser";
import { heading, nowhere, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

const works = async (key: string) =>
  (await fetch(`${base}/v1/whoami`, { headers: { authorization: `Bearer ${key}` } })).status === 200;

describe("keys", () => {
  test("create with a budget, shown once; change, roll, revoke", async () => {
    const { key, workspace } = await otherKey();
    const page = await signIn(`/app/${workspace}/keys`, {}, key);
    await heading(page, "Keys");
    await page.getByRole("button", { name: "Create a key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Title").fill("Nightly <b>job</b>");
    await dialog.getByLabel("Limit").selectOption("yes");
    await dialog.getByLabel("Runs").fill("40");
    await accessible(page);
    await shot(page, "keys-create");
    await dialog.getByRole("button", { name: "Create" }).click();
    const shown = page.getByRole("textbox", { name: "The key" });
    await shown.waitFor();
    const made = await shown.inputValue();
    expect(made).toMatch(/^kh_/);
    await nowhere(page, made);
    await page.getByRole("button", { name: "Copy the key" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(made);
    await accessible(page);
    await shot(page, "keys-shown-once");
    await page.getByRole("button", { name: "Done" }).click();
    expect(await works(made)).toBe(true);
    await page.getByText("Nightly <b>job</b>").waitFor();
    await page.getByText("0 of 40 runs a month").waitFor();
    await nowhere(page, made);

    await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=greet`, { definition: greet() }, made);
    await call("POST", `/v1/workspaces/${workspace}/workflows/greet:run`, { inputs: {} }, made);
    await page.getByRole("link", { name: "Nightly <b>job</b>" }).click();
    await page.getByText("1 of 40 runs a month").waitFor();
    await page.getByRole("button", { name: "Change" }).click();
    await page.getByLabel("Runs").fill("2");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("1 of 2 runs a month").waitFor();
    await page.getByRole("button", { name: "Roll" }).click();
    await page.getByRole("checkbox").check();
    await accessible(page);
    await page.getByRole("button", { name: "Make the new key" }).click();
    const next = await shown.inputValue();
    expect(next).not.toBe(made);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("Revoked", { exact: true }).first().waitFor();
    await expect.poll(() => works(made)).toBe(false);
    expect(await works(next)).toBe(true);
    await looks(page, "key-revoked");
  });

  test("are searched on the server", async () => {
    await call("POST", "/v1/workspaces/demo/keys", { title: "Zebra" });
    const page = await signIn("/app/demo/keys");
    await page.getByLabel("Search keys").fill("zebra");
    await expect.poll(() => page.getByRole("region", { name: "Keys" }).locator("tbody tr").count()).toBe(1);
    await page.getByLabel("Search keys").fill("%");
    await page.getByText("Nothing matches").waitFor();
  });

  for (const { name, options } of screens) {
    test(`and sessions look right at ${name}`, async () => {
      await call("POST", "/v1/workspaces/demo/keys", { title: "Website", budget: { runs: "3", period: "PERIOD_DAY" } });
      const page = await signIn("/app/demo/keys", options);
      await page.getByText("Yours now").waitFor();
      await looks(page, `keys-${name}`);
      await page.goto(`${base}/app/demo/sessions`);
      await page.getByText("This one").waitFor();
      await looks(page, `sessions-${name}`);
    });
  }
});

describe("sessions", () => {
  test("end one, then all others, and one's own stays", async () => {
    const { key, workspace } = await otherKey();
    const tokens: string[] = [];
    for (const title of ["Laptop", "Phone", "Terminal"]) {
      tokens.push((await call<{ token: string }>("POST", "/v1/sessions", { title }, key)).token);
    }
    const alive = async (token: string) =>
      (await (await fetch(`${base}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } })).text()).includes(
        "member",
      );
    const made = await call<{ key: string }>(
      "POST",
      `/v1/workspaces/${workspace}/keys`,
      { title: "Left behind" },
      tokens[1]!,
    );
    const page = await signIn(`/app/${workspace}/sessions`, {}, key);
    await page.getByRole("button", { name: "End the session of Phone" }).click();
    await page.getByRole("list", { name: "Keys that go on working" }).getByText("Left behind").waitFor();
    await accessible(page);
    await page.getByRole("switch", { name: "Revoke it, too" }).click();
    await page.getByRole("button", { name: "End the session", exact: true }).click();
    await page.getByRole("button", { name: "End the session of Phone" }).waitFor({ state: "detached" });
    await expect.poll(() => alive(tokens[1]!)).toBe(false);
    await expect.poll(() => alive(made.key)).toBe(false);
    expect(await alive(tokens[0]!)).toBe(true);
    await page.getByRole("button", { name: "End all others" }).click();
    await accessible(page);
    await page.getByRole("button", { name: "End them" }).click();
    await page.getByRole("button", { name: "End all others" }).waitFor({ state: "detached" });
    await expect.poll(() => alive(tokens[0]!)).toBe(false);
    await page.getByText("This one").waitFor();
    expect(await page.content()).not.toContain(ownerKey);
  });

  test("a command line on this computer is approved, and only from its own link", async () => {
    const { key, workspace } = await otherKey();
    const challenge = createHash("sha256").update(crypto.randomUUID()).digest("base64url");
    const answers: URL[] = [];
    const line = createServer((req, res) => {
      answers.push(new URL(req.url ?? "/", "http://line"));
      res.end("Go on at the command line.");
    });
    await new Promise<void>((done) => line.listen(0, "127.0.0.1", done));
    const { port } = line.address() as AddressInfo;
    const address = (at: number | string) =>
      `/app/command-line?${new URLSearchParams({ challenge, port: String(at), state: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" })}`;
    const page = await signIn(address("80@evil.example"), {}, key);
    await page.getByText("Run keyhole login again").waitFor();
    await page.goto(base + address(port));
    const asked = page.getByRole("region", { name: "The command line" });
    await asked.getByText(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/).waitFor();
    await asked.getByText(workspace, { exact: true }).waitFor();
    await looks(page, "command-line");
    await page.getByRole("button", { name: "Approve" }).click();
    await page.getByText("Go on at the command line.").waitFor();
    const got = answers.find((a) => a.pathname === "/")!.searchParams;
    expect([got.get("state"), got.get("code")!.slice(0, 4)]).toEqual(["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "khc_"]);
    line.close();
  });
});
