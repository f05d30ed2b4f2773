// Input pictures, from a file, the camera, a URL or the owner's samples.

export interface Picture {
  from: "file" | "sample" | "url";
  name: string;
  // Object URL for display. Empty for a URL: the server loads it, and the page
  // loads nothing from other sites.
  shown: string;
  blob?: Blob;
  url?: string;
  width: number;
  height: number;
}

export async function ofFile(blob: Blob, name: string, from: "file" | "sample" = "file"): Promise<Picture> {
  const shown = URL.createObjectURL(blob);
  try {
    const { width, height } = await measure(shown);
    return { from, name, shown, blob, width, height };
  } catch {
    URL.revokeObjectURL(shown);
    throw new Error(`${name} is not a picture that this browser can read. Use JPEG, PNG or WebP.`);
  }
}

export function ofURL(url: string): Picture {
  return { from: "url", name: url, shown: "", url, width: 0, height: 0 };
}

// ofValue parses a sample, which has the form of a run's input.
export async function ofValue(value: unknown, name: string): Promise<Picture | null> {
  if (typeof value === "string") return /^https?:/.test(value) ? ofURL(value) : null;
  const { type, value: inner } = (value ?? {}) as { type?: string; value?: unknown };
  if (typeof inner !== "string") return null;
  return type === "url" ? ofURL(inner) : ofFile(blobOf(inner), name, "sample");
}

function measure(url: string): Promise<{ width: number; height: number }> {
  return new Promise((resolve, reject) => {
    const img = new Image();
    img.onload = () => resolve({ width: img.naturalWidth, height: img.naturalHeight });
    img.onerror = reject;
    img.src = url;
  });
}

export async function toInput(p: Picture): Promise<unknown> {
  if (p.url) return { type: "url", value: p.url };
  return { type: "base64", value: await toBase64(p.blob!) };
}

export function toBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(new Error("the picture could not be read"));
    reader.readAsDataURL(blob);
  });
}

// blobOf decodes base64. The first bytes decide the type, whatever the input claims, so
// nothing is shown as SVG or HTML.
export function blobOf(base64: string): Blob {
  const raw = atob(base64.replace(/^data:[^,]*,/, ""));
  const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  return new Blob([bytes], { type: typeOf(bytes) });
}

export function typeOf(bytes: Uint8Array): string {
  const head = String.fromCharCode(...bytes.slice(0, 12));
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("\x89PNG")) return "image/png";
  if (head.startsWith("GIF8")) return "image/gif";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "image/webp";
  if (head.startsWith("BM")) return "image/bmp";
  return "application/octet-stream";
}

// shrink scales a picture down to a maximum length of its longer side, as JPEG.
export async function shrink(p: Picture, side = 2048): Promise<Picture> {
  const img = await createImageBitmap(p.blob!);
  const scale = Math.min(1, side / Math.max(img.width, img.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(img.width * scale);
  canvas.height = Math.round(img.height * scale);
  canvas.getContext("2d")!.drawImage(img, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (!blob) throw new Error("the picture could not be shrunk");
  return ofFile(blob, p.name);
}

export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1e6) return `${Math.round(n / 1e3)} KB`;
  return `${(n / 1e6).toFixed(1)} MB`;
}

// largest is the maximum size in bytes of a picture in a request. Base64 makes four bytes
// of three, and the rest of the request needs space too.
export function largest(): number {
  const body = Number(document.querySelector<HTMLMetaElement>('meta[name="keyhole-max-body"]')?.content) || 32 << 20;
  return Math.floor((body - (64 << 10)) * 0.75);
}
