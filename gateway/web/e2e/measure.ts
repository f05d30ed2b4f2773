// What axe does not look for: edges of fields at 3:1 (WCAG 1.4.11), targets of 44 px.
import type { Page } from "playwright-core";

// edges lists the fields whose border has less than 3:1 on the ground around or within.
export function edges(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
    const rgba = (css: string) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]: number[]) => {
      const line = (c: number) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * line(r!) + 0.7152 * line(g!) + 0.0722 * line(b!);
    };
    const contrast = (a: number[], b: number[]) => {
      const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
      return (x! + 0.05) / (y! + 0.05);
    };
    const ground = (el: Element | null): number[] => {
      for (let e = el; e; e = e.parentElement) {
        const c = rgba(getComputedStyle(e).backgroundColor);
        if (c[3]! > 250) return c;
      }
      return [255, 255, 255, 255];
    };
    const fields = document.querySelectorAll(
      "input:not([type=range], [type=checkbox], [type=file]), textarea, select, [data-edge]",
    );
    return [...fields]
      .filter((f) => f.checkVisibility() && !(f as HTMLInputElement).disabled)
      .flatMap((f) => {
        const edge = rgba(getComputedStyle(f).borderTopColor);
        const got = Math.min(contrast(edge, ground(f.parentElement)), contrast(edge, ground(f)));
        return got >= 3 ? [] : [`${f.outerHTML.slice(0, 80)}: ${got.toFixed(2)}`];
      });
  });
}

// targets lists controls in reach of a finger that are smaller than 44 px. A link within a
// sentence is exempt, and so is a control whose label or row is large enough.
export function targets(page: Page, scope: string): Promise<string[]> {
  return page.evaluate((scope) => {
    const within = [...document.querySelectorAll(scope)];
    const controls = within.flatMap((w) => [
      ...w.querySelectorAll("button, input:not([type=file]), select, textarea, [role=tab], [role=switch]"),
    ]);
    return controls
      .filter((c) => c.checkVisibility() && !c.closest(".sr-only") && getComputedStyle(c).position !== "fixed")
      .flatMap((c) => {
        const own = c.getBoundingClientRect();
        const label = c.closest("label")?.getBoundingClientRect();
        const height = Math.max(own.height, label?.height ?? 0);
        const width = Math.max(own.width, label?.width ?? 0);
        return own.width === 0 || (height >= 43.5 && width >= 43.5)
          ? []
          : [`${c.outerHTML.slice(0, 90)}: ${Math.round(width)}x${Math.round(height)}`];
      });
  }, scope);
}
