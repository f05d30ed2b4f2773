// What an owner lets visitors do, and what visitors report: each side in a browser of its own.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { greet, operatorKey, share } from "./api";
import { openGraph, ready, run, runButton, useBrowser, visit } from "./browser";
import { signIn } from "./owner";
import { fits } from "./screens";

useBrowser();

const within = { timeout: 20_000 };

// settings opens the dialog of a workflow's link, with its rules.
async function settings(name: string): Promise<Page> {
  const owner = await signIn(`/app/demo/workflows/${name.split("/")[3]}`);
  await owner.getByRole("button", { name: "Share Workflow" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: /^More/ }).click();
  await owner.getByRole("switch", { name: "Visitors may run it" }).waitFor();
  return owner;
}

async function save(owner: Page): Promise<void> {
  const button = owner.getByRole("dialog").getByRole("button", { name: "Save changes" });
  await button.click();
  await button.waitFor({ state: "detached" });
}

describe("what visitors may do", () => {
  test("the switches for runs, views, forks and the start change the open page", async () => {
    const link = await share(greet(), {}, "A permitted workflow");
    const owner = await settings(link.name);
    const visitor = await visit(`/s/${link.token}`);
    await ready(visitor);
    const form = visitor.locator("[data-part=form]");
    const graph = visitor.locator("[data-part=how-it-works]");
    const fork = visitor.getByRole("button", { name: "Fork" });
    const turn = (name: string) => owner.getByRole("switch", { name }).click();

    await turn("Visitors may run it");
    await save(owner);
    await form.waitFor({ state: "detached", ...within });
    await openGraph(visitor);

    await turn("Visitors may run it");
    await turn("Visitors may see the definition and the graph"); // turns forks off, too
    await save(owner);
    await form.waitFor(within);
    expect([await graph.count(), await fork.count()]).toEqual([0, 0]);
    await run(visitor);

    await turn("Visitors may fork it"); // turns views on: a fork has the definition
    await save(owner);
    await fork.waitFor(within);
    expect(await graph.count()).toBe(1);

    const starts = owner.getByLabel("Works from");
    await starts.fill("2099-01-01T09:00");
    await save(owner);
    await visitor.getByRole("heading", { level: 1, name: "This link does not work yet" }).waitFor(within);
    await starts.fill("");
    await save(owner);
    await visitor.reload();
    await ready(visitor);
    expect(await runButton(visitor).isDisabled()).toBe(false);
  });
});

describe("a report", () => {
  test("comes from a visitor on a phone, and reaches the owner and the operator", async () => {
    const title = `Reported ${process.pid}`;
    const link = await share(greet(), {}, title);
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const visitor = await visit(`/s/${link.token}`, phone);
    await ready(visitor);
    await visitor.getByRole("button", { name: "Report this link" }).click();
    const kind = visitor.getByLabel("What is wrong?");
    await kind.selectOption("It tricks people out of keys or money");
    await fits(visitor);
    await visitor.getByLabel("More about it").fill("It <b>asks</b> for my password.");
    await visitor.getByRole("button", { name: "Send the report" }).click();
    await visitor.getByRole("status").getByText("Thank you.").waitFor();

    for (const key of [undefined, operatorKey]) {
      const reader = await signIn(key ? "/app/operator/reports" : "/app/demo/reports", {}, key);
      const row = reader.getByRole("region", { name: "Reports" }).locator("tbody tr", { hasText: title });
      await expect.poll(() => row.innerText()).toMatch(/out of keys or money\s+It <b>asks<\/b> for my password\./);
      expect(await row.getByRole("button", { name: "Suspend" }).count()).toBe(key ? 1 : 0);
    }
  });
});
