import { hostOf, isKnown } from "../../run/providers";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";

// Hosts are the places that a credential may go to.
export function Hosts({ hosts }: { hosts: string[] }) {
  return (
    <span className={page.tags}>
      {hosts.map((h) => (
        <Tag key={h} icon={isKnown(h) ? "guard" : "external"} tone={isKnown(h) ? "good" : "plain"}>
          {hostOf(h)}
        </Tag>
      ))}
    </span>
  );
}
