// motion is a duration in ms for what moves by script: none for people who asked for no motion.
export function motion(ms: number): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ms;
}
