// The owner's accent colour. Where text on it, or it on the page, would be hard to read, the
// page makes it darker (or lighter, in the dark theme) until it is not.

type RGB = [red: number, green: number, blue: number];

const panels = { light: [247, 247, 245] as RGB, dark: [34, 34, 39] as RGB };
const inks = { light: [255, 255, 255] as RGB, dark: [17, 20, 46] as RGB };
const enough = 6; // as the theme's own accent; text needs 4.5, also on a tint of the colour

export function parseColor(hex: string): RGB | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return found ? (found.slice(1).map((part) => parseInt(part, 16)) as RGB) : null;
}

export function contrast(a: RGB, b: RGB): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x! + 0.05) / (y! + 0.05);
}

function luminance(color: RGB): number {
  const [r, g, b] = color.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

const mix = (a: RGB, b: RGB, part: number) => a.map((c, i) => Math.round(c + (b[i]! - c) * part)) as RGB;
const css = (c: RGB) => `rgb(${c.join(" ")})`;

// readableAccent is the colour, or the nearest one to it that can be read in a theme.
export function readableAccent(color: RGB, theme: "light" | "dark"): RGB {
  const end: RGB = theme === "light" ? [0, 0, 0] : [255, 255, 255];
  for (let part = 0; part < 1; part += 0.02) {
    const tried = mix(color, end, part);
    if (contrast(tried, panels[theme]) >= enough && contrast(tried, inks[theme]) >= enough) return tried;
  }
  return end;
}

// accentStyle are the custom properties of a page in the owner's colour, none without one. The
// colours of states (good, amber, bad) stay the page's own.
export function accentStyle(hex: string | undefined): Record<string, string> | undefined {
  const color = parseColor(hex ?? "");
  if (!color) return undefined;
  const [light, dark] = (["light", "dark"] as const).map((theme) => readableAccent(color, theme)) as [RGB, RGB];
  const both = (a: RGB, b: RGB) => `light-dark(${css(a)}, ${css(b)})`;
  return {
    "--accent": both(light, dark),
    "--accent-hover": both(mix(light, [0, 0, 0], 0.15), mix(dark, [255, 255, 255], 0.15)),
    "--accent-ink": both(inks.light, inks.dark),
    "--accent-text": both(light, dark),
    "--accent-ground": both(mix([255, 255, 255], light, 0.08), mix(panels.dark, dark, 0.1)),
    "--focus": both(light, dark),
  };
}
