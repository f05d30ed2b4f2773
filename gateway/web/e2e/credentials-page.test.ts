// The pages for credentials: values that nobody can read back, where they go, whether they work.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ask, base, call, credential, greet, otherKey, provider, share } from "./api";
import { accessible, everything, shot, useBrowser } from "./browser";
import { heading, nowhere, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

const secret = (word = "canary") => `sk-${word}-${randomBytes(16).toString("hex")}`;

describe("credentials", () => {
  test("add, test, rotate, change where it goes, delete; the value is nowhere in the page", async () => {
    const { key, workspace } = await otherKey();
    const [first, second, third] = [secret(), secret("dead"), secret("busy")];
    let bodies: () => Promise<string[]> = () => Promise.resolve([]);
    const page = await signIn(
      `/app/${workspace}/credentials`,
      { before: (p) => Promise.resolve(void (bodies = everything(p))) },
      key,
    );
    await page.getByText("No credentials yet").waitFor();
    await looks(page, "credentials-empty");
    await page.getByRole("button", { name: "Add a credential" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Provider").selectOption("openai_compatible");
    await dialog.getByLabel("Sent only to").fill(provider);
    await dialog.getByLabel("Value").fill(first);
    await dialog.getByLabel("Title").fill("<img src=x onerror=alert(1)>");
    await nowhere(page, first);
    await accessible(page);
    await shot(page, "credentials-add");
    await dialog.getByRole("button", { name: "Add" }).click();
    await page.waitForURL("**/credentials/openai_compatible");
    await heading(page, "<img src=x onerror=alert(1)>");
    expect(await page.locator("img[src=x]").count()).toBe(0);
    await page.getByText("In no workflow.").waitFor();

    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("The provider accepted the credential.").waitFor();
    await page.getByText("tested credential <img src=x onerror=alert(1)>").waitFor();

    await page.getByRole("button", { name: "Rotate" }).click();
    await page.getByRole("dialog").getByLabel("Value").fill(second);
    await page.getByRole("button", { name: "Replace the value" }).click();
    await page.getByText("Sealed, version 2").waitFor();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("The provider refused the credential").waitFor();
    await page.getByText("provider answered 401").waitFor();
    await looks(page, "credential-refused");

    await page.getByRole("button", { name: "Change where it goes" }).click();
    await page.getByRole("dialog").getByLabel("Sent only to").fill(`${provider}\nhttps://api.example.com`);
    await page.getByRole("dialog").getByLabel("Value").fill(third);
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByText("api.example.com").first().waitFor();
    await page.getByRole("button", { name: "Test" }).click();
    await page.getByText("The provider limits calls").waitFor();

    await page.getByRole("button", { name: "Delete" }).click();
    await accessible(page);
    await page.getByRole("button", { name: "Delete the credential" }).click();
    await page.getByText("No credentials yet").waitFor();
    for (const value of [first, second, third]) await nowhere(page, value);
    const seen = (await bodies()).join("\n");
    for (const value of [first, second, third]) expect(seen).not.toContain(value);
    expect(seen).not.toContain("no such key");
  });

  test("an error stands at its field, and the value is asked for again", async () => {
    const page = await signIn("/app/demo/credentials");
    await page.getByRole("button", { name: "Add a credential" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Provider").selectOption("generic");
    await dialog.getByLabel("Sent only to").fill("https://10.0.0.1");
    await dialog.getByLabel("Value").fill(secret());
    await dialog.getByRole("textbox", { name: "Id" }).fill("refused");
    await dialog.getByRole("button", { name: "Add" }).click();
    await dialog.getByRole("alert").waitFor();
    await expect.poll(() => dialog.getByLabel("Sent only to").getAttribute("aria-invalid")).toBe("true");
    await accessible(page);
  });

  test("are searched and paged on the server, and say where they are used", async () => {
    const { key, workspace } = await otherKey();
    for (let i = 0; i < 28; i++) {
      await call(
        "POST",
        `/v1/workspaces/${workspace}/credentials?credentialId=c${String(i).padStart(2, "0")}`,
        { provider: "openai_compatible", value: secret(), hosts: [`https://h${i}.example.com`] },
        key,
      );
    }
    const page = await signIn(`/app/${workspace}/credentials`, {}, key);
    const rows = page.getByRole("region", { name: "Credentials" }).locator("tbody tr");
    await expect.poll(() => rows.count()).toBe(25);
    await page.getByRole("button", { name: "Show more" }).click();
    await expect.poll(() => rows.count()).toBe(28);
    await page.getByLabel("Search credentials").fill("h27.example");
    await expect.poll(() => rows.count()).toBe(1);
    expect(page.url()).toContain("q=h27.example");
    await page.getByRole("combobox", { name: "Provider" }).selectOption("OpenAI");
    await page.getByText("Nothing matches").waitFor();
    await page.getByRole("combobox", { name: "Provider" }).selectOption("Every provider");
    await page.getByRole("combobox", { name: "Use", exact: true }).selectOption("In no workflow");
    await expect.poll(() => rows.count()).toBe(1);
    await page.getByRole("link", { name: "c27" }).focus();
    await page.keyboard.press("Enter"); // it opens next to the list
    const panel = page.getByRole("complementary", { name: "c27" });
    await panel.getByText("h27.example.com").waitFor();
    await panel.getByRole("button", { name: "Test" }).waitFor();
    await page.getByText("added credential").waitFor();
    await looks(page, "credentials-panel");
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("c27");
    await page.getByLabel("Search credentials").fill("nothing of the kind");
    await page.getByText("Nothing matches").waitFor();
  });

  test("one in use names its workflow and link, and is deleted only after a second thought", async () => {
    const id = await credential(secret());
    const made = await share(
      ask("echo", `$credentials.${id}`),
      {
        credentialAccess: "CREDENTIAL_ACCESS_OWNER",
        limits: { credentialCalls: "5", period: "PERIOD_DAY" },
        confirmedDestinations: [provider],
      },
      "Uses it",
    ).catch(() => share(ask("echo", `$credentials.${id}`), {}, "Uses it"));
    const workflow = made.name.split("/")[3]!;
    const page = await signIn(`/app/demo/credentials/${id}`);
    await page.getByRole("link", { name: workflow }).waitFor();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete the credential" }).click();
    await page.getByRole("alert").waitFor();
    await accessible(page);
    await shot(page, "credential-in-use");
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Delete the credential" }).click();
    await page.waitForURL("**/app/demo/credentials");
  });

  test("a list that cannot be read says so and can be tried again", async () => {
    const page = await signIn("/app/demo/workflows");
    await page.route("**/v1/workspaces/demo/credentials*", (r) => r.abort());
    await page.goto(`${base}/app/demo/credentials`);
    await page.getByText("The server cannot be reached").waitFor();
    await looks(page, "credentials-error");
    await page.unroute("**/v1/workspaces/demo/credentials*");
    await page.getByRole("button", { name: "Try again" }).click();
    await heading(page, "Credentials");
    await page.getByRole("alert").waitFor({ state: "detached" });
  });

  for (const { name, options } of screens) {
    test(`look right at ${name}`, async () => {
      const id = await credential(secret());
      await share(greet(), {}, "Another");
      const page = await signIn("/app/demo/credentials", options);
      await page.getByRole("link", { name: id }).waitFor();
      await looks(page, `credentials-${name}`);
      await page.getByRole("link", { name: id }).focus();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Test" }).waitFor();
      await page.getByText("added credential").waitFor();
      await looks(page, `credential-${name}`);
    });
  }
});
