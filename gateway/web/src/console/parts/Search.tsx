import { useEffect, useState } from "react";
import { Input } from "../../ui/Field";
import { useAddress } from "../routes";
import page from "./Page.module.css";
import { setQuery } from "./query";

const typing = 200; // ms without a key before a search

// Search puts its words into the address. The page that reads them asks the server.
export function Search({ label }: { label: string }) {
  const start = useAddress().query.get("q") ?? "";
  const [text, setText] = useState(start);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === start) return;
    const timer = setTimeout(() => setQuery({ q: wanted }), typing);
    return () => clearTimeout(timer);
  }, [text, start]);
  return (
    <Input
      type="search"
      className={page.search}
      aria-label={label}
      placeholder="Search"
      maxLength={200}
      value={text}
      onChange={(e) => setText(e.target.value)}
    />
  );
}
