// Forks, with their report before and after; snippets, run as they are pasted.
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { ask, call, credential, demo, otherKey, share } from "./api";
import { accessible, ready, shot, useBrowser, visit } from "./browser";

useBrowser();

const exec = promisify(execFile);

describe("a fork", () => {
  test("goes to the visitor's workspace, and says what it lacks", async () => {
    const id = await credential("sk-canary-of-the-owner-0123456789");
    const link = await share(ask("echo", `$credentials.${id}`), {}, "Ask a provider");
    const visitor = await otherKey();
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByRole("button", { name: "Fork" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Your Keyhole key").fill("kh_nonsense");
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByRole("alert").waitFor();
    await shot(page, "fork-refused");
    await dialog.getByLabel("Your Keyhole key").fill(visitor.key);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByText("Before it runs, you need").waitFor();
    await expect.poll(() => dialog.innerText()).toContain(visitor.workspace);
    await expect.poll(() => dialog.innerText()).toContain("llm.api_key");
    const none = await call<{ workflows?: unknown[] }>(
      "GET",
      `/v1/workspaces/${visitor.workspace}/workflows`,
      undefined,
      visitor.key,
    );
    expect(none.workflows ?? []).toEqual([]); // looking made nothing
    await accessible(page);
    await shot(page, "fork-before");
    await dialog.getByLabel("Title").fill("My copy");
    await dialog.getByRole("button", { name: "Fork", exact: true }).click();
    await dialog.getByText("It still needs").waitFor();
    await accessible(page);
    await shot(page, "fork-after");
    const name = (await dialog.locator("[data-part=fork-name]").innerText()).trim();
    const fork = await call<{ title: string }>("GET", `/v1/${name}`, undefined, visitor.key);
    expect(fork.title).toBe("My copy");
    expect(JSON.stringify(fork)).not.toContain(id);
  });

  test("is not offered where the owner does not want it", async () => {
    const link = await share(ask("echo", "$credentials"), { forkDisabled: true }, "Mine");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    expect(await page.getByRole("button", { name: "Fork" }).count()).toBe(0);
  });
});

describe("the link", () => {
  test("is copied", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("Copied").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
  });
});

describe("snippets", () => {
  const programs: Record<string, [string, string[], string]> = {
    curl: ["run.sh", ["sh", "run.sh"], '"text":'],
    Python: ["run.py", ["python3", "run.py"], "text "],
    JavaScript: ["run.mjs", ["node", "run.mjs"], "text "],
    Go: ["run.go", ["go", "run", "run.go"], "text "],
  };

  test.each(Object.keys(programs))("%s works as it is pasted", async (language) => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByRole("button", { name: "Use in code" }).click();
    await page.getByRole("tab", { name: language }).click();
    if (language === "Python") {
      await accessible(page);
      await shot(page, "snippets");
    }
    await page.getByRole("button", { name: `Copy ${language}` }).click();
    await page.getByText("Copied").waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    const [file, [command, ...args], wanted] = programs[language]!;
    const folder = await mkdtemp(join(tmpdir(), "snippet-"));
    await writeFile(join(folder, file), text);
    await copyFile(new URL("../../../deploy/demo/sample.jpg", import.meta.url), join(folder, "photo.jpg"));
    const { stdout } = await exec(command!, args, {
      cwd: folder,
      maxBuffer: 64 << 20,
      env: { ...process.env, GOFLAGS: "", GOWORK: "off" },
    });
    expect(stdout).toContain(wanted);
    expect(stdout).toContain("NASA");
  });

  test("carry a credential in from the environment, with its destination", async () => {
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByRole("button", { name: "Use in code" }).click();
    const folder = await mkdtemp(join(tmpdir(), "snippet-"));
    for (const [language, [file, [command, ...args]]] of Object.entries(programs)) {
      await page.getByRole("tab", { name: language }).click();
      await writeFile(join(folder, file), await page.locator(`[data-snippet=${language.toLowerCase()}]`).innerText());
      const { stdout } = await exec(command!, args, {
        cwd: folder,
        env: { ...process.env, LLM_API_KEY: "sk-of-a-visitor-0123456789", GOFLAGS: "", GOWORK: "off" },
      });
      expect(stdout, language).toContain("What is it?");
    }
  });
});
