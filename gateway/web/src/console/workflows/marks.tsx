import type { Workflow } from "../../api/owner";
import { Tag } from "../../ui/Tag";
import page from "../parts/Page.module.css";

// Trouble of a workflow in a word. Where there is none, there is no word.
export function Problem({ of: w }: { of: Workflow }) {
  const gone = w.missingModels?.length ?? 0;
  const keyless = w.missingCredentials?.length ?? 0;
  const problems = w.problems ?? 0;
  return (
    <>
      {gone > 0 && (
        <Tag tone="bad" icon="warning">
          {gone === 1 ? "A model is missing" : `${gone} models are missing`}
        </Tag>
      )}
      {keyless > 0 && (
        <Tag tone="bad" icon="warning">
          {keyless === 1 ? "A credential is missing" : `${keyless} credentials are missing`}
        </Tag>
      )}
      {problems > 0 && (
        <Tag tone="warn" icon="warning">
          {problems === 1 ? "1 problem" : `${problems} problems`}
        </Tag>
      )}
    </>
  );
}

// LinkCount says how many links a workflow has, and how many of them rest.
export function LinkCount({ of: w }: { of: Workflow }) {
  const [active, paused] = [w.activeShares ?? 0, w.pausedShares ?? 0];
  if (active + paused === 0) return <span className={page.quiet}>No link</span>;
  return (
    <>
      {active > 0 && (
        <Tag tone="good" icon="link">
          {active === 1 ? "1 link" : `${active} links`}
        </Tag>
      )}
      {paused > 0 && <Tag icon="stop">{paused} paused</Tag>}
    </>
  );
}
