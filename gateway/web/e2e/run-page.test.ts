// The page of one run: what its owner sees of it, and what stays with the visitor.
import { expect, test } from "vitest";
import { ask, call, credential, greet, otherKey, share } from "./api";
import { useBrowser } from "./browser";
import { heading, nowhere, signIn } from "./owner";
import { looks, screens } from "./screens";

useBrowser();

// failed is the name of a run of a link, by a visitor of another workspace, whose provider refused the call.
async function failed(): Promise<{ run: string; entered: string; secret: string; workflow: string }> {
  const secret = `sk-run-${crypto.randomUUID()}`;
  const entered = `private question ${crypto.randomUUID()}`;
  const id = await credential(secret);
  const limits = { runs: "9", credentialCalls: "9", period: "PERIOD_DAY" };
  const made = await share(ask("refuse", `$credentials.${id}`), {
    credentialAccess: "CREDENTIAL_ACCESS_OWNER",
    limits,
  });
  const { key } = await otherKey();
  await call("POST", `/v1/shared/${made.token}:run`, { inputs: { question: entered } }, key).catch(() => undefined);
  const workflow = made.name.split("/").slice(0, 4).join("/");
  const query = new URLSearchParams({ share: made.name });
  const list = await call<{ runs: { name: string }[] }>("GET", `/v1/workspaces/demo/runs?${query}`);
  return { run: list.runs[0]!.name, entered, secret, workflow: workflow.split("/")[3]! };
}

test("one's own run has its key, its steps and its charge; the page says that nothing is kept", async () => {
  const { key, workspace } = await otherKey();
  await call("POST", `/v1/workspaces/${workspace}/workflows?workflowId=greet`, { definition: greet() }, key);
  await call("POST", `/v1/workspaces/${workspace}/workflows/greet:run`, { inputs: { who: "nobody-else" } }, key);
  const page = await signIn(`/app/${workspace}/runs`, {}, key);
  const row = page.getByRole("region", { name: "Runs" }).locator("tbody tr").first();
  await row.getByText("visitor", { exact: true }).waitFor(); // the title of the key, and its id second
  await row.getByText(/^key_/).waitFor();
  await row.getByRole("link").first().click();
  await heading(page, "Run of greet");
  const facts = page.getByRole("region", { name: "The run" });
  await facts.getByText("Started by").waitFor();
  await expect.poll(() => facts.getByRole("link", { name: "visitor", exact: true }).count()).toBe(2); // started by, paid by
  await page.getByRole("listitem").filter({ hasText: "hello" }).getByText("Succeeded").waitFor();
  await page.getByRole("region", { name: "What the run used" }).getByText("greet, version 1").waitFor();
  await page.getByText("Nothing else is kept").waitFor();
  await nowhere(page, "nobody-else");
});

for (const { name, options } of screens) {
  test(`a visitor's run that failed, at ${name}`, async () => {
    const { run, entered, secret, workflow } = await failed();
    const page = await signIn(`/app/demo/runs/${run.split("/")[3]}`, options);
    await heading(page, "Run of A workflow");
    await page.getByRole("region", { name: "The run" }).getByText(workflow, { exact: true }).waitFor();
    const step = page.getByRole("listitem").filter({ hasText: "llm" });
    await step.getByText("Failed", { exact: true }).waitFor();
    await step.getByText("A provider refused the call or failed").waitFor();
    await page.getByText(/\. Only the visitor gets the details/).waitFor(); // two sentences
    const charges = page.getByRole("region", { name: "What the run used" });
    await charges.getByText("(OpenAI-compatible)").waitFor();
    await charges
      .getByText(/^(http:\/\/)?127\.0\.0\.1:\d+$/)
      .first()
      .waitFor();
    await nowhere(page, entered);
    await nowhere(page, secret);
    await looks(page, `run-failed-${name}`);
  });
}

test("a run of another workspace is not found", async () => {
  const { run } = await failed();
  const { key, workspace } = await otherKey();
  const page = await signIn(`/app/${workspace}/runs/${run.split("/")[3]}`, {}, key);
  await page.getByText("Not found").waitFor();
});
