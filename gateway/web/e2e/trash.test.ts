// The trash: deleted workflows are restored by editors, and destroyed by owners only.
import { expect, test } from "vitest";
import { base, call, greet, otherKey } from "./api";
import { useBrowser, visit } from "./browser";
import { heading, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

async function workspaceWith(...ids: string[]) {
  const made = await otherKey();
  for (const id of ids) {
    const body = { title: id === "greet" ? "<b>Greeter</b>" : id, definition: greet() };
    await call("POST", `/v1/workspaces/${made.workspace}/workflows?workflowId=${id}`, body, made.key);
  }
  return made;
}

test("a workflow is deleted, found in the trash, restored, and deleted permanently", async () => {
  const { key, workspace } = await workspaceWith("greet", "other");
  await call("DELETE", `/v1/workspaces/${workspace}/workflows/other`, undefined, key);
  const page = await signIn(`/app/${workspace}/workflows/greet`, {}, key);
  const remove = page.getByRole("button", { name: "Delete", exact: true });
  await remove.click();
  await page.getByRole("button", { name: "Move to the trash" }).click();
  await heading(page, "Workflows");
  await page.getByRole("link", { name: "Trash" }).click();
  await heading(page, "Trash");
  const rows = page.getByRole("region", { name: "Trash" }).locator("tbody tr");
  await expect.poll(() => rows.count()).toBe(2);
  await page.getByLabel("Search the trash").fill("greeter");
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByRole("button", { name: "Restore <b>Greeter</b>" }).click();
  await page.getByRole("button", { name: "Restore", exact: true }).last().click();
  await page.getByText("<b>Greeter</b> is restored", { exact: true }).waitFor();
  await page.getByText("Nothing matches").waitFor();
  await page.getByLabel("Search the trash").fill("");
  await page.getByRole("button", { name: "Delete other permanently" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete permanently" }).click();
  await page.getByText("The trash is empty").waitFor();
  const list = await call<{ workflows: { name: string }[] }>(
    "GET",
    `/v1/workspaces/${workspace}/workflows?showDeleted=true`,
    undefined,
    key,
  );
  expect(list.workflows.map((w) => w.name)).toEqual([`workspaces/${workspace}/workflows/greet`]);
});

test("an editor restores, and cannot delete permanently", async () => {
  const { key, workspace } = await workspaceWith("greet");
  await call("DELETE", `/v1/workspaces/${workspace}/workflows/greet`, undefined, key);
  const body = { role: "PERSON_ROLE_EDITOR", email: "eva@example.com" };
  const made = await call<{ path: string }>("POST", `/v1/workspaces/${workspace}/invitations`, body, key);
  const link = new URL(made.path, base);
  const page = await visit(link.pathname + link.hash);
  await page.getByLabel("Your name").fill("Eva");
  await page.getByRole("button", { name: "Join the workspace" }).click();
  await page.getByRole("button", { name: "I have kept the key" }).click();
  await page.getByRole("link", { name: "Trash" }).click();
  await page.getByText("Only owners delete permanently.").waitFor();
  await page.getByRole("button", { name: "Restore <b>Greeter</b>" }).waitFor();
  expect(await page.getByRole("button", { name: /permanently/ }).count()).toBe(0);
  const purge = `/v1/workspaces/${workspace}/workflows/greet:purge`;
  const status = page.evaluate(async (path) => (await fetch(path, { method: "POST", body: "{}" })).status, purge);
  expect(await status).toBe(403);
});

for (const { name, options } of screens) {
  test(`the trash looks right at ${name}`, async () => {
    const { key, workspace } = await workspaceWith("greet", "read-the-labels-of-parcels");
    for (const id of ["greet", "read-the-labels-of-parcels"]) {
      await call("DELETE", `/v1/workspaces/${workspace}/workflows/${id}`, undefined, key);
    }
    const page = await signIn(`/app/${workspace}/trash`, options, key);
    await page.getByRole("button", { name: "Restore <b>Greeter</b>" }).waitFor();
    await looks(page, `trash-${name}`);
  });
}
