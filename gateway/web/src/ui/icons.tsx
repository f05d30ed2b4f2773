// One small set of line icons, drawn for this page: no icon font, no package.
import type { ReactNode } from "react";

const shapes: Record<string, ReactNode> = {
  image: (
    <>
      <rect x="3" y="4" width="18" height="16" rx="2.5" />
      <circle cx="8.5" cy="9.5" r="1.5" />
      <path d="m4 17.5 5-4.5 3.5 3 3-2.5 5 4" />
    </>
  ),
  value: <path d="M5 8h14M5 16h14M9 5v6M15 13v6" />,
  output: <path d="M12 4v11m0 0-4-4m4 4 4-4M5 19.5h14" />,
  model: (
    <>
      <path d="M12 3.5 19.5 8v8L12 20.5 4.5 16V8z" />
      <path d="M4.8 8.2 12 12.3l7.2-4.1M12 12.5v8" />
    </>
  ),
  transformation: <path d="M4 6h16l-6 7v5.5l-4 1.5v-7z" />,
  visualization: (
    <>
      <path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z" />
      <circle cx="12" cy="12" r="2.8" />
    </>
  ),
  formatter: <path d="M5 6h14M5 12h9M5 18h12" />,
  flow_control: <path d="M12 3.5v6m0 0-6 5v6m6-11 6 5v6" />,
  sink: <path d="M21 3 3 10.5l7 3 3 7zM10 13.5 21 3" />,
  analytics: <path d="M4 20V10m5.3 10V4m5.4 16v-7M20 20V8" />,
  block: (
    <>
      <rect x="4" y="4" width="16" height="16" rx="3" />
      <path d="M9 12h6" />
    </>
  ),
  people: (
    <>
      <circle cx="9" cy="8.5" r="3.5" />
      <path d="M2.5 19.5c.8-3.6 3.3-5.5 6.5-5.5s5.7 1.9 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4m2 3c2 .8 3.4 2.4 4 4.8" />
    </>
  ),
  key: (
    <>
      <circle cx="8" cy="15" r="4.5" />
      <path d="m11.5 11.5 8-8m-3.5 3.5 3 3" />
    </>
  ),
  play: <path d="M7 4.5v15l12-7.5z" fill="currentColor" />,
  stop: <rect x="6" y="6" width="12" height="12" rx="2" fill="currentColor" />,
  link: (
    <>
      <path d="M10 14a4.5 4.5 0 0 0 6.4 0l3-3A4.5 4.5 0 0 0 13 4.6L11.5 6" />
      <path d="M14 10a4.5 4.5 0 0 0-6.4 0l-3 3A4.5 4.5 0 0 0 11 19.4l1.5-1.4" />
    </>
  ),
  fork: (
    <>
      <circle cx="6" cy="5.5" r="2.2" />
      <circle cx="18" cy="5.5" r="2.2" />
      <circle cx="12" cy="18.5" r="2.2" />
      <path d="M6 7.7c0 4 6 3 6 8.5m6-8.5c0 4-6 3-6 8.5" />
    </>
  ),
  code: <path d="m8 7-5 5 5 5m8-10 5 5-5 5" />,
  check: <path d="m5 12.5 4.5 4.5L19 7.5" />,
  cross: <path d="m6 6 12 12M18 6 6 18" />,
  skip: <path d="M5 12h14" />,
  copy: (
    <>
      <rect x="8.5" y="8.5" width="12" height="12" rx="2.5" />
      <path d="M15.5 8.5V6A2.5 2.5 0 0 0 13 3.500H6A2.500 2.500 0 0 0 3.500 6v7A2.500 2.500 0 0 0 6 15.500h2.500" />
    </>
  ),
  download: <path d="M12 4v11m0 0-4-4m4 4 4-4M5 19.5h14" />,
  camera: (
    <>
      <path d="M4 8h3.500L9 5.500h6L16.500 8H20a1.500 1.500 0 0 1 1.500 1.500v8A1.500 1.500 0 0 1 20 19H4a1.500 1.500 0 0 1-1.500-1.500v-8A1.500 1.500 0 0 1 4 8z" />
      <circle cx="12" cy="13" r="3.500" />
    </>
  ),
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400" />
    </>
  ),
  moon: <path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500z" />,
  shield: <path d="M12 3 5 5.500V11c0 4.500 3 8 7 10 4-2 7-5.500 7-10V5.500z" />,
  warning: <path d="M12 4 2.500 20h19zM12 10v4.500m0 2.500v.5" />,
  down: <path d="m6 9.500 6 6 6-6" />,
  up: <path d="m6 14.500 6-6 6 6" />,
  menu: <path d="M4 6.500h16M4 12h16M4 17.500h16" />,
  more: <path d="M5.500 12h.01M12 12h.01M18.500 12h.01" strokeWidth="3" />,
  done: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="m8 12.300 2.700 2.700 5.300-5.500" />
    </>
  ),
  wrong: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 7.500v5m0 3.500v.01" />
    </>
  ),
  hidden: (
    <path d="M4 4l16 16M9.900 5.700A9.600 9.600 0 0 1 12 5.500c6 0 9.500 6.500 9.500 6.500a16 16 0 0 1-2.700 3.500M6.200 7.500A15.500 15.500 0 0 0 2.500 12S6 18.500 12 18.500a9 9 0 0 0 4-.9M10 10a2.800 2.800 0 0 0 4 4" />
  ),
  eye: (
    <>
      <path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z" />
      <circle cx="12" cy="12" r="2.800" />
    </>
  ),
  guard: (
    <>
      <path d="M12 3 5 5.500V11c0 4.500 3 8 7 10 4-2 7-5.500 7-10V5.500z" />
      <path d="m9 11.500 2.200 2.200L15.200 9.500" />
    </>
  ),
  search: (
    <>
      <circle cx="11" cy="11" r="6.500" />
      <path d="m16 16 4.500 4.500" />
    </>
  ),
  expand: <path d="M14 4h6v6m0-6-7 7M10 20H4v-6m0 6 7-7" />,
  lock: (
    <>
      <rect x="5" y="10.500" width="14" height="10" rx="2.500" />
      <path d="M8 10.500V8a4 4 0 0 1 8 0v2.500" />
    </>
  ),
  history: <path d="M4 12a8 8 0 1 0 2.700-6L4 8.500M4 4v4.500h4.500M12 8v4.500l3 1.800" />,
  external: (
    <path d="M13 5h6v6m0-6-8.500 8.500M10 6H6.500A1.500 1.500 0 0 0 5 7.500v10A1.500 1.500 0 0 0 6.500 19h10a1.500 1.500 0 0 0 1.500-1.500V14" />
  ),
  pencil: <path d="m4 20 .9-4.100L16 4.800a2.100 2.100 0 0 1 3 0l.2.2a2.100 2.100 0 0 1 0 3L8.100 19.100zM14 7l3 3" />,
  undo: <path d="M9 7 4.5 11.500 9 16M5 11.500h9.500a5 5 0 0 1 0 10H12" />,
  redo: <path d="m15 7 4.500 4.500L15 16m4-4.500H9.500a5 5 0 0 0 0 10H12" />,
  cloud: <path d="M7 18.500a4.500 4.500 0 0 1-.4-9 6 6 0 0 1 11.600 1.500 3.800 3.800 0 0 1-.7 7.500z" />,
  trash: <path d="M4 7h16M9 7V4.500h6V7M6.500 7l1 13h9l1-13M10.500 11v5.500m3-5.500v5.500" />,
  plus: <path d="M12 5v14M5 12h14" />,
  grid: (
    <>
      <rect x="4" y="4" width="6.500" height="6.500" rx="1.500" />
      <rect x="13.500" y="4" width="6.500" height="6.500" rx="1.500" />
      <rect x="4" y="13.500" width="6.500" height="6.500" rx="1.500" />
      <rect x="13.500" y="13.500" width="6.500" height="6.500" rx="1.500" />
    </>
  ),
  minus: <path d="M5 12h14" />,
  fit: <path d="M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5" />,
  scroll: (
    <path d="M7 4h12v13.5a2.5 2.5 0 0 1-2.5 2.5H6a2.5 2.5 0 0 1-2.5-2.5V16H14v1.5a2.5 2.5 0 0 0 2.5 2.5M7 16V4M10.5 8.5h5m-5 3.5h5" />
  ),
  monitor: (
    <>
      <rect x="3" y="4.5" width="18" height="12" rx="2" />
      <path d="M12 16.5V20m-4 0h8" />
    </>
  ),
  braces: (
    <path d="M8.500 4C6 4 6.500 7 6.500 9S5.500 12 4 12c1.500 0 2.500 1 2.500 3s-.5 5 2 5m7-16c2.500 0 2 3 2 5s1 3 2.500 3c-1.500 0-2.500 1-2.500 3s.5 5-2 5" />
  ),
};

export function Icon({ name, size = 16 }: { name: string; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size <= 14 ? 2 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name] ?? shapes.block}
    </svg>
  );
}

export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" className="mark-ground" />
      <path
        className="mark-hole"
        d="M16 7.500a5.500 5.500 0 0 1 2.900 10.200l1.500 6.100a.7.7 0 0 1-.7.9h-7.400a.7.7 0 0 1-.7-.9l1.500-6.100A5.500 5.500 0 0 1 16 7.500z"
      />
    </svg>
  );
}
