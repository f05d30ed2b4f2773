// What axe does not read: words that are broken, cut off, or not written for people.
import type { Page } from "playwright-core";

// words lists texts of a page that no person should read as they are.
export function words(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const say = (what: string, text: string, el: Element) =>
      found.push(`${what} "${text}" in ${el.outerHTML.slice(0, 100)}`);
    // For screen readers alone: cut to nothing.
    const clipped = (el: Element | null): boolean =>
      !!el && (getComputedStyle(el).clipPath === "inset(50%)" || clipped(el.parentElement));
    const nouns =
      "run call link key step picture model version problem invitation session event token day visitor place slot credential workflow block input output sample";
    const one = new RegExp(`(?<![\\d.,])1 (?:${nouns.replaceAll(" ", "|")})s\\b`);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      const el = n.parentElement!;
      const text = n.nodeValue!;
      if (!text.trim() || el.closest("script, style, noscript, code, pre, .sr-only, .cm-editor, .react-flow")) continue;
      if (!el.checkVisibility({ visibilityProperty: true }) || clipped(el)) continue;
      const raw = /\b[A-Z]{2,}(?:_[A-Z]+)+\b|\b\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(text);
      if (raw) say("raw", raw[0], el);
      const many = one.exec(text);
      if (many) say("plural", many[0], el);
      // A word of usual length stands on one line. Names and ids may be broken.
      for (const word of text.matchAll(/(?<![\w./:@-])[A-Za-z]{2,14}(?![\w/:@-])/g)) {
        const range = document.createRange();
        range.setStart(n, word.index);
        range.setEnd(n, word.index + word[0].length);
        const rows = new Set([...range.getClientRects()].filter((r) => r.width > 0).map((r) => Math.round(r.top)));
        if (rows.size > 1) say("broken", word[0], el);
      }
      // Text that leaves its box, where nothing shows that there is more.
      const style = getComputedStyle(el);
      const hidden = style.overflowX === "hidden" || style.overflowX === "clip";
      if (hidden && style.textOverflow !== "ellipsis" && el.scrollWidth > el.clientWidth + 1 && el.clientWidth > 1)
        say("cut", text.trim().slice(0, 30), el);
    }
    return found;
  });
}
