// Markdown of a stranger: no raw HTML, no pictures of other sites, links that open apart, only
// lead to web pages and say where.
import Renderer from "markdown-to-jsx";
import { type ReactNode } from "react";
import style from "./Markdown.module.css";

interface Props {
  text: string;
  // Level of the heading that the text stands below.
  below: 2 | 3;
}

export default function Markdown({ text, below }: Props) {
  return (
    <div className={style.markdown} data-part="text">
      <Renderer options={options[below]}>{text}</Renderer>
    </div>
  );
}

function Link({ href, children }: { href?: string; children?: ReactNode }) {
  if (!href || !/^https?:\/\//i.test(href)) return <span>{children}</span>;
  const host = hostIn(href);
  if (!host) return <span>{children}</span>;
  return (
    <>
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {children?.toString() !== href && <span className={style.host}> ({host})</span>}
    </>
  );
}

// hostIn is the host that a browser would go to, in the letters that it would show.
function hostIn(href: string): string {
  try {
    return new URL(href).host;
  } catch {
    return "";
  }
}

function Alt({ alt }: { alt?: string }) {
  return <span>{alt}</span>;
}

// All headings of a text have one level, so that none leaves out a level of the page.
const heading = (Tag: "h3" | "h4") =>
  function Heading({ children }: { children?: ReactNode }) {
    return <Tag>{children}</Tag>;
  };

const nothing = () => null;
const safe = (Heading: ReturnType<typeof heading>) => ({
  disableParsingRawHTML: true,
  forceBlock: true,
  disableAutoLink: false,
  overrides: {
    a: Link,
    img: Alt,
    h1: Heading,
    h2: Heading,
    h3: Heading,
    h4: Heading,
    h5: Heading,
    h6: Heading,
    iframe: nothing,
    script: nothing,
    style: nothing,
    object: nothing,
    embed: nothing,
    form: nothing,
    input: nothing,
    video: nothing,
    audio: nothing,
  },
});
const options = { 2: safe(heading("h3")), 3: safe(heading("h4")) };
