// What a visitor may rely on: whose result is shown, who pays, where keys go, what an error means.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ask, base, call, demo, greet, provider, share } from "./api";
import { accessible, openGraph, ready, run, runButton, shot, useBrowser, visit } from "./browser";

useBrowser();

const photo = new URL("../../../deploy/demo/sample.jpg", import.meta.url);
const choose = (page: Page, name: string, buffer: Buffer) =>
  page.locator("input[type=file]").setInputFiles({ name, mimeType: "image/jpeg", buffer });

// answer has every run of a page end with these events.
function answer(page: Page, ...events: unknown[]) {
  const body = events.map((e) => `${JSON.stringify(e)}\n`).join("");
  return page.route("**/*:runStream", (r) => r.fulfill({ contentType: "application/x-ndjson", body }));
}

const finished = (outputs: unknown) => ({ result: { finished: { run: "r", outputs: [outputs] } } });
const failed = (reason: string, message: string, metadata = {}) => ({
  error: {
    code: 9,
    message,
    details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "keyhole.dev", metadata }],
  },
});

const boxes = (classes: string[]) => ({
  image: { width: 200, height: 100 },
  predictions: classes.map((name, i) => ({
    x: 30 + 40 * i,
    y: 50,
    width: 30,
    height: 40,
    class: name,
    confidence: i === 0 ? 0.71 : 0.96,
  })),
});

async function picture(): Promise<{ type: string; value: string }> {
  return { type: "base64", value: (await readFile(photo)).toString("base64") };
}

describe("1: a result belongs to its input", () => {
  test("a new picture dims the old result and says so, until the new one is there", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await run(page);
    await page.locator("[data-part=new-result]").waitFor();
    await choose(page, "next.jpg", await readFile(photo));
    await page.locator("[data-part=old-result]").waitFor();
    await page.getByText("From the previous picture").waitFor();
    let release = () => {};
    const held = new Promise<void>((go) => (release = go));
    await page.route("**/*:runStream", async (r) => {
      await held;
      await r.continue();
    });
    await runButton(page).click();
    await page.locator("[data-part=progress]").waitFor();
    await expect.poll(() => page.locator("[data-part=old-result] [data-part=results]").count()).toBe(1); // not wiped
    await page.getByText("From the previous picture").waitFor();
    await shot(page, "page-old-result");
    release();
    await page.locator("[data-part=new-result]").waitFor({ timeout: 30_000 });
    expect(await page.getByText("From the previous picture").count()).toBe(0);
  });

  test("a file that cannot be read blocks the run: the picture before it is not charged for", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    let sent = 0;
    page.on("request", (r) => void (r.url().includes(":runStream") && sent++));
    await choose(page, "broken.jpg", Buffer.from("not a picture"));
    await page.getByText("broken.jpg is not a picture that this browser can read").waitFor();
    await expect.poll(() => runButton(page).isDisabled()).toBe(true);
    await page.getByText("Choose another picture first.").waitFor();
    await accessible(page);
    await shot(page, "page-unreadable");
    expect(sent).toBe(0);
    await choose(page, "good.jpg", await readFile(photo));
    await expect.poll(() => runButton(page).isDisabled()).toBe(false);
  });
});

describe("2: a picture by URL", () => {
  test("has its boxes on a blank ground, not on an output that is drawn on", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await answer(page, finished({ text: "x", lines: boxes(["a", "b"]), picture: await picture() }));
    await page.getByRole("button", { name: "Image URL" }).click();
    await page.getByRole("textbox", { name: "Image URL" }).fill("https://example.com/photo.jpg");
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await run(page);
    await page.locator("[data-part=boxes] g").first().waitFor();
    const viewer = page.locator("[data-part=viewer]", { has: page.locator("[data-part=boxes]") });
    await expect.poll(() => viewer.locator("[data-part=blank]").count()).toBe(1);
    expect(await viewer.locator("img").count()).toBe(0);
    await shot(page, "page-by-url");
  });
});

describe("3: who pays, where the picture goes, what is kept", () => {
  test("of the demo: the owner, this server, nothing", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    const pays = page.getByRole("button", { name: /^Free for you: paid by Keyhole demo, \d+ runs left today/ });
    await pays.waitFor();
    await page.getByRole("button", { name: "Picture goes to: this server only" }).waitFor();
    await page.getByRole("button", { name: "Kept: nothing" }).waitFor();
    await page.getByText(/^Uses 1 of your \d+ free runs today$/).waitFor();
    await pays.click();
    await expect.poll(() => page.getByRole("dialog", { name: "Who pays" }).innerText()).toMatch(/\d\d:\d\d/);
    expect(await page.getByRole("dialog", { name: "Who pays" }).innerText()).not.toMatch(/T\d\d:\d\d:\d\dZ/);
    await accessible(page);
    await shot(page, "page-who-pays");
  });

  test("of an unknown host: amber, named, with what it gets", async () => {
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    const host = new URL(provider).host;
    const goes = page.getByRole("button", { name: `Data goes to: ${host}` });
    const colour = (name: string) =>
      page.evaluate((n) => getComputedStyle(document.documentElement).getPropertyValue(n), name);
    expect(await colour("--warn")).not.toBe("");
    const ink = await goes.evaluate((e) => getComputedStyle(e).color);
    const plain = await page
      .getByRole("button", { name: /^Kept here: nothing/ })
      .evaluate((e) => getComputedStyle(e).color);
    expect(ink).not.toBe(plain);
    await goes.click();
    const list = await page.getByRole("dialog", { name: "Where your data goes" }).innerText();
    expect(list).toContain("Not a known provider");
    expect(list).toContain("your OpenAI-compatible key");
    expect(list).toContain("Only run this if you trust");
    await accessible(page);
    await shot(page, "page-where-it-goes");
  });
});

describe("4: the field for a credential", () => {
  const field = (page: Page) => page.getByLabel("OpenAI-compatible API key");

  test("has all of its warning above Run at 1440 x 900", async () => {
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    const warning = (await page.getByText("Never saved; forgotten when you close this tab").boundingBox())!;
    const button = (await runButton(page).boundingBox())!;
    expect(warning.y + warning.height).toBeLessThan(button.y);
    await shot(page, "page-credential");
  });

  test("asks for what is missing where it is missing, and sends nothing", async () => {
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await runButton(page).click();
    await page.getByText("Add your OpenAI-compatible API key.").waitFor();
    await expect.poll(() => field(page).evaluate((e) => e === document.activeElement)).toBe(true);
    expect(await page.locator("[data-part=failure]").count()).toBe(0);
  });

  test("says that the provider refused the key, keeps it for another try, and forgets it after a result", async () => {
    const link = await share(ask("refuse", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await field(page).fill("sk-of-the-visitor-0123456789");
    await answer(page, failed("PROVIDER_FAILED", "the provider answered 401", { step: "llm", status: "401" }));
    await run(page);
    await page.getByText("OpenAI-compatible did not accept this key.").waitFor();
    await expect.poll(() => field(page).getAttribute("aria-invalid")).toBe("true");
    await expect.poll(() => field(page).inputValue()).toBe("sk-of-the-visitor-0123456789");
    await accessible(page);
    await shot(page, "page-key-refused");
    await page.unroute("**/*:runStream");
    await answer(page, finished({ answer: "done" }));
    await run(page);
    await expect.poll(() => field(page).inputValue()).toBe("");
  });

  test("keeps it in this tab on request, in memory alone", async () => {
    const link = await share(ask("echo", "$credentials"), {}, "Ask");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await field(page).fill("sk-of-the-visitor-0123456789");
    await page.getByLabel("Keep it until I close this tab").check();
    await run(page);
    await page.locator("[data-part=new-result]").waitFor();
    await expect.poll(() => field(page).inputValue()).toBe("sk-of-the-visitor-0123456789");
    const stored = await page.evaluate(() =>
      JSON.stringify([
        { ...localStorage },
        { ...sessionStorage },
        document.cookie,
        location.href,
        history.state,
        document.documentElement.outerHTML,
      ]),
    );
    expect(stored).not.toContain("sk-of-the-visitor");
    await page.reload();
    await ready(page);
    expect(await field(page).inputValue()).toBe("");
  });
});

describe("5: the first screen", () => {
  test("shows the picture that would be read, what one gets, and samples to pick from", async () => {
    const { definition } = await call<{ definition: unknown }>("GET", "/v1/workspaces/demo/workflows/read-text");
    const value = await picture();
    const samples = [0, 1, 2].map(() => ({ input: "image", value }));
    const link = await share(
      definition,
      { runAccess: "RUN_ACCESS_OWNER", limits: { runs: "5", period: "PERIOD_DAY" }, samples },
      "Three samples",
    );
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    const stage = page.getByAltText("The picture that a run reads");
    await stage.waitFor();
    expect((await stage.boundingBox())!.height).toBeGreaterThan(300);
    await page.getByText("You get: text, lines, picture.").waitFor();
    const thumbs = page.getByRole("group", { name: "Samples" }).getByRole("button");
    await expect.poll(() => thumbs.count()).toBe(3);
    await thumbs.nth(2).click();
    await expect.poll(() => thumbs.nth(2).getAttribute("aria-pressed")).toBe("true");
    await shot(page, "page-first-screen");
  });
});

describe("8: the viewer", () => {
  async function shown(outputs: unknown): Promise<Page> {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    await answer(page, finished(outputs));
    await run(page);
    await page.locator("[data-part=results]").waitFor();
    return page;
  }

  test("zooms by wheel and by buttons, and fills the screen", async () => {
    const page = await shown({ lines: boxes(["a", "b"]) });
    const zoom = page.locator("[data-part=zoom]").first();
    await page.locator("[data-part=boxes]").waitFor();
    const before = parseInt(await zoom.innerText());
    await page.locator("[data-part=boxes]").hover();
    await page.mouse.wheel(0, -300);
    await expect.poll(async () => parseInt(await zoom.innerText())).toBeGreaterThan(before);
    await page.getByRole("button", { name: "Fit the picture" }).click();
    await expect.poll(async () => parseInt(await zoom.innerText())).toBe(before);
    await page.getByRole("button", { name: "Zoom in" }).click();
    await expect.poll(async () => parseInt(await zoom.innerText())).toBeGreaterThan(before);
    await page.getByRole("button", { name: "Full screen" }).click();
    const whole = await page.getByRole("dialog").boundingBox();
    expect(whole!.width).toBe(1440);
    await shot(page, "viewer-full");
    await page.keyboard.press("Escape");
  });

  test("numbers tie boxes to rows; labels can be off; classes are switched only where they repeat", async () => {
    const once = await shown({ lines: boxes(["EILEEN COLLINS", "NASA astronaut"]) });
    expect(await once.getByRole("group", { name: "Classes shown" }).count()).toBe(0);
    const labels = once.locator("[data-part=viewer] [data-numbered]");
    await expect.poll(() => labels.allInnerTexts()).toEqual(["2", "1"].sort());
    await once.getByRole("switch", { name: "Labels" }).click();
    expect(await labels.count()).toBe(0);
    await once.getByRole("button", { name: /EILEEN COLLINS/ }).hover();
    await expect.poll(() => once.locator("[data-part=box-label]").innerText()).toBe("EILEEN COLLINS 71%");
    const twice = await shown({ lines: boxes(["cat", "dog", "cat"]) });
    const toggle = twice.getByRole("group", { name: "Classes shown" }).getByRole("button", { name: /cat/ });
    await toggle.click();
    await expect.poll(() => twice.locator("[data-part=boxes] g").count()).toBe(1);
    await accessible(twice);
    await shot(twice, "viewer-classes");
  });

  test("renders Markdown, and nothing but Markdown", async () => {
    const text =
      'A **red cup** on a saucer.\n\n- one cup\n- one <img src=x onerror="window.hacked=1"> saucer\n\n[page](https://example.com) [bad](javascript:window.hacked=1) ![p](https://example.com/p.png)\n\n<script>window.hacked=1</script>';
    const page = await shown({ answer: text });
    const reading = page.locator("[data-part=text]", { has: page.locator("strong") });
    await reading.waitFor();
    await expect.poll(() => reading.locator("strong").innerText()).toBe("red cup");
    await expect.poll(() => reading.locator("li").count()).toBe(2);
    expect(await reading.locator("a").evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href))).toEqual([
      "https://example.com/",
    ]);
    await expect.poll(() => reading.locator("a").getAttribute("rel")).toContain("noopener");
    expect(await reading.locator("img, script, iframe").count()).toBe(0);
    expect(await page.evaluate(() => "hacked" in window)).toBe(false);
    await accessible(page);
    await shot(page, "viewer-markdown");
  });
});

describe("9: errors", () => {
  test("say nothing twice, and say whether the run counted: a damaged picture does not", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    const whole = await readFile(photo);
    const damaged = Buffer.concat([whole.subarray(0, 6000), Buffer.alloc(20_000, 7)]);
    await page.evaluate(() => Object.assign(HTMLImageElement.prototype, {})); // the page itself decodes what it can
    await choose(page, "damaged.jpg", damaged);
    await page
      .locator("[data-part=picture-name]", { hasText: "damaged.jpg" })
      .or(page.getByText("not a picture that this browser can read"))
      .first()
      .waitFor();
    if (await runButton(page).isDisabled()) return; // the browser refused it before the server could
    await run(page);
    await page.getByText("This run was not counted.").waitFor();
    const text = await page.locator("[data-part=failure]").innerText();
    const sentences = text
      .split(/[.\n]+/)
      .map((s) => s.trim())
      .filter((s) => s.length > 8);
    expect(new Set(sentences).size).toBe(sentences.length);
    await shot(page, "page-damaged");
  });

  test("that counted say so", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await page.getByRole("button", { name: "Image URL" }).click();
    await page.getByRole("textbox", { name: "Image URL" }).fill("http://10.0.0.1/photo.jpg");
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await run(page);
    await page.getByText("This run counted.").waitFor();
  });

  test("have local times, and steps that were cut are interrupted", async () => {
    const page = await visit(`/s/${demo}`, { timezoneId: "Asia/Tokyo" });
    await ready(page);
    await page.getByAltText("Input: Sample picture").waitFor();
    const soon = new Date(Date.now() + 3600e3).toISOString();
    await answer(
      page,
      { result: { step: { step: "ocr", state: "started" } } },
      failed("SHARE_BUDGET_EXHAUSTED", `this link's allowance is used up; it resets at ${soon}`),
    );
    await run(page);
    const text = await page.locator("[data-part=failure]").innerText();
    expect(text).not.toContain("Z");
    const there = new Date(soon).toLocaleTimeString("en", {
      timeZone: "Asia/Tokyo",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    expect(text).toContain(there);
    expect(text).toContain("interrupted");
    expect(text).not.toContain("skipped");
    await shot(page, "page-interrupted");
  });
});

describe("10: a graph of 200 steps", () => {
  test("is one tab stop with arrow keys, and its settings take the focus", async () => {
    const { chain } = await import("./api");
    const link = await share(chain(200), {}, "Two hundred steps");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await openGraph(page);
    const stops = await page
      .locator("[data-part=graph]")
      .evaluate(
        (g) => [...g.querySelectorAll<HTMLElement>("*")].filter((e) => e.tabIndex >= 0 && e.checkVisibility()).length,
      );
    expect(stops).toBeLessThanOrEqual(5); // the graph, three buttons for zoom, the maker's link
    const graph = page.locator("[data-part=graph-keys]");
    await graph.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const at = await graph.getAttribute("aria-activedescendant");
    expect(at).toContain("steps.");
    await page.keyboard.press("Enter");
    await page.locator("[data-part=inspector] h3").waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("H3");
  });
});

describe("11: settings", () => {
  test("show a filter as a sentence next to its JSON, and give each button its own name", async () => {
    const page = await visit(`/s/${demo}`);
    await ready(page);
    await run(page);
    await openGraph(page);
    await page.locator('[data-id="steps.confident"]').click();
    const sentence = page.locator("[data-part=sentence]").first();
    await sentence.waitFor();
    await expect.poll(() => sentence.innerText()).toBe("Keep a detection when confidence at least min_confidence");
    await page.locator("[data-part=inspector] summary").first().click();
    await page.getByRole("group", { name: "operations as JSON" }).waitFor();
    const names = await page
      .getByRole("button")
      .evaluateAll((all) =>
        all.map((b) => b.getAttribute("aria-label") ?? b.textContent!.trim()).filter((n) => /JSON/.test(n)),
      );
    expect(new Set(names).size).toBe(names.length);
    await accessible(page);
    await shot(page, "page-filter");
  });
});

describe("12: snippets", () => {
  test("carry what the form holds", async () => {
    const link = await share(greet(), {}, "Greet");
    const page = await visit(`/s/${link.token}`);
    await ready(page);
    await page.getByLabel("Who", { exact: true }).fill("everyone in the room");
    await page.getByRole("button", { name: "Use in code" }).click();
    await expect.poll(() => page.locator("[data-snippet=curl]").innerText()).toContain('"who": "everyone in the room"');
    await page.getByRole("tab", { name: "Python" }).click();
    await expect
      .poll(() => page.locator("[data-snippet=python]").innerText())
      .toContain('sys.exit(json.load(error)["message"])');
  });
});

describe("13: a frame", () => {
  test("asks for no key, and opens the full page", async () => {
    const link = await share(ask("echo", "$credentials"), { frameOrigins: ["*"] }, "Ask");
    const page = await visit(`/embed/${link.token}`);
    await ready(page);
    expect(await page.locator("input[type=password]").count()).toBe(0);
    expect(await page.getByRole("button", { name: /Fork|Keyhole key/ }).count()).toBe(0);
    await page.getByText(/No key is typed into a frame/).waitFor();
    expect(
      await page
        .getByRole("link", { name: /Open full page/ })
        .first()
        .getAttribute("href"),
    ).toBe(`/s/${link.token}`);
    await expect.poll(() => runButton(page).isDisabled()).toBe(true);
    await accessible(page);
    await shot(page, "page-frame");
  });
});

describe("7: a phone", () => {
  test("has a list of steps, targets of 44 px, buttons with words, and nothing that traps a swipe", async () => {
    const { targets } = await import("./measure");
    const page = await visit(`/s/${demo}`, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await ready(page);
    const scripts: string[] = await page.evaluate(() => performance.getEntriesByType("resource").map((e) => e.name));
    expect(scripts.filter((s) => /GraphSection/.test(s))).toEqual([]);
    expect(await page.locator(".react-flow").count()).toBe(0);
    await page
      .locator("[data-part=step-rows]")
      .getByRole("button", { name: /confident/ })
      .click();
    await page.locator("[data-part=inspector]").waitFor();
    await run(page);
    await page.locator("[data-part=new-result]").waitFor();
    expect(await targets(page, "body")).toEqual([]);
    for (const name of ["Run", "Your picture", "Choose file", "Fork"])
      expect(await page.getByText(name, { exact: true }).first().isVisible(), name).toBe(true);
    const bar = (await runButton(page).boundingBox())!;
    expect(bar.height).toBeGreaterThanOrEqual(48);
    expect(bar.y + bar.height).toBeLessThanOrEqual(844);
    await shot(page, "page-phone");
  });
});

describe("the first screen", () => {
  test("is there without script: title, words and the sample; the page takes its place and moves nothing", async () => {
    const still = await visit(`/s/${demo}`, { javaScriptEnabled: false });
    await still.getByRole("heading", { level: 1, name: "Read the text in a picture" }).waitFor();
    await still.getByText("Finds lines of text").waitFor();
    const sample = still.locator("#first img");
    await expect.poll(() => sample.evaluate((i: HTMLImageElement) => i.naturalWidth)).toBeGreaterThan(100);
    await shot(still, "page-first");

    const moved = (page: Page) => page.evaluate(() => (window as unknown as { moved: number }).moved);
    const page = await visit(`/s/${demo}`, {
      before: async (p) => {
        await p.addInitScript(() => {
          Object.assign(window, { moved: 0 });
          new PerformanceObserver((list) => {
            for (const e of list.getEntries() as (PerformanceEntry & { value: number })[])
              (window as unknown as { moved: number }).moved += e.value;
          }).observe({ type: "layout-shift", buffered: true });
        });
      },
    });
    await ready(page);
    await page.locator("[data-part=example] [data-part=boxes]").waitFor();
    expect(await page.locator("#first").count()).toBe(0);
    expect(await moved(page)).toBeLessThan(0.001);
  });

  test("says that the server is slow, and gives way to an error", async () => {
    const page = await visit("about:blank");
    let answer = () => {};
    const held = new Promise<void>((go) => (answer = go));
    await page.route("**/v1/shared/*", async (r) => {
      await held;
      await r.fulfill({ status: 404, contentType: "application/json", body: '{"code":5,"message":"link not found"}' });
    });
    await page.goto(new URL(`/s/${demo}`, base).href);
    await page.locator("#first").getByText("The server is slow to answer").waitFor();
    answer();
    await page.locator("[data-part=problem]").waitFor();
    expect(await page.locator("#first").count()).toBe(0);
  });
});
