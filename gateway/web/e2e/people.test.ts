// People: an owner invites, somebody joins with a role, and a visitor signs up to fork.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { call, demo, ownerKey } from "./api";
import { accessible, shot, useBrowser, visit } from "./browser";
import { looks, screens } from "./screens";

useBrowser();

const heading = (page: Page, name: string | RegExp) => page.getByRole("heading", { level: 1, name }).waitFor();

async function signIn(page: Page): Promise<void> {
  await page.getByLabel("Keyhole key").fill(ownerKey);
  await page.getByRole("button", { name: "Sign in with a key" }).click();
}

test("an owner invites an editor, who joins, gets another role and is removed", async () => {
  const owner = await visit("/app/demo/people");
  await signIn(owner);
  await heading(owner, "People");
  await owner.getByRole("button", { name: "Invite", exact: true }).click();
  await owner.getByLabel("E-mail address").fill("ada@example.com");
  await shot(owner, "people-invite");
  await owner.getByRole("button", { name: "Make the link" }).click();
  const link = await owner.getByLabel("Invitation link").inputValue();
  expect(link).toMatch(/\/app\/join#code=khi_[a-z0-9]+$/);
  await shot(owner, "people-invite-link");
  await owner.getByRole("button", { name: "Done" }).click();
  await owner.getByText("Open invitations").first().waitFor();

  const ada = await visit(new URL(link).pathname + new URL(link).hash);
  await heading(ada, /Join/);
  await accessible(ada);
  await shot(ada, "people-join");
  expect(ada.url()).not.toContain("khi_");
  await ada.getByLabel("Your name").fill("<b>Ada</b>");
  await ada.getByRole("button", { name: "Join the workspace" }).click();
  await heading(ada, /Welcome/);
  await shot(ada, "people-key");
  await ada.getByRole("button", { name: "I have kept the key" }).click();
  await heading(ada, "Workflows");
  expect(await ada.getByRole("link", { name: "People" }).count()).toBe(0);
  expect(await ada.evaluate(() => document.documentElement.outerHTML)).not.toContain("kh_");

  await owner.reload();
  await owner.getByLabel("Role of <b>Ada</b>").selectOption({ label: "Viewer" });
  await owner.getByRole("button", { name: "Change the role" }).click();
  await owner.getByText("<b>Ada</b> is Viewer now", { exact: true }).waitFor();
  await accessible(owner, ["region"]);
  await shot(owner, "people");
  await owner.getByRole("button", { name: "Remove <b>Ada</b>" }).click();
  await owner.getByRole("button", { name: "Remove", exact: true }).last().click();
  await owner.getByText("<b>Ada</b> is removed", { exact: true }).waitFor();
});

test("a visitor creates a workspace from the Fork dialog, and comes back to the fork", async () => {
  const page = await visit(`/s/${demo}`);
  await page.getByRole("button", { name: "Fork" }).click();
  await page.getByRole("link", { name: "create a workspace" }).click();
  await heading(page, "Create a workspace");
  await page.getByLabel("Your name").fill("Eve");
  await page.getByLabel("Workspace", { exact: true }).fill("app");
  await page.getByRole("button", { name: "Create the workspace" }).click();
  await page.getByText("Choose another: it is taken.").waitFor();
  await accessible(page);
  await shot(page, "sign-up");
  await page.getByLabel("Workspace", { exact: true }).fill("eves-place");
  await page.getByRole("button", { name: "Create the workspace" }).click();
  await page.getByRole("button", { name: "I have kept the key" }).click();
  await page.waitForURL(`**/s/${demo}*`);
  await page.getByText("eves-place").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Fork", exact: true }).click();
  await page.getByRole("heading", { name: "Forked" }).waitFor();
});

for (const { name, options } of screens) {
  test(`people look right at ${name}`, async () => {
    await call("POST", "/v1/workspaces/demo/invitations", { role: "PERSON_ROLE_VIEWER", email: `${name}@example.com` });
    const page = await visit("/app/demo/people", options);
    await signIn(page);
    await page.getByText(`${name}@example.com`).waitFor();
    await looks(page, `people-${name}`);
  });
}
