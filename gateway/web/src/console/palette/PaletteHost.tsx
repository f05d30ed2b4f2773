import { lazy, Suspense } from "react";
import { usePalette } from "./open";

const Palette = lazy(() => import("./Palette"));

// PaletteHost listens for the shortcut, and fetches the palette when it is first opened.
export function PaletteHost() {
  const [open, setOpen] = usePalette();
  return <Suspense fallback={null}>{open && <Palette onClose={() => setOpen(false)} />}</Suspense>;
}
