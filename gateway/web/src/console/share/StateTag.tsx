import { moment } from "../../api/explain";
import type { Share } from "../../api/owner";
import { Tag, type Tone } from "../../ui/Tag";

const states: Record<string, [tone: Tone, icon: string, word: string]> = {
  SHARE_STATE_ACTIVE: ["good", "done", "Active"],
  SHARE_STATE_PAUSED: ["plain", "stop", "Paused"],
  SHARE_STATE_SUSPENDED: ["bad", "warning", "Suspended"],
  SHARE_STATE_REVOKED: ["bad", "cross", "Revoked"],
};

// stateOf is the state of a link. An active one may have ended, or may open later.
function stateOf(share: Share): [tone: Tone, icon: string, word: string] | undefined {
  if (share.state === "SHARE_STATE_ACTIVE") {
    if (share.expireTime && Date.parse(share.expireTime) <= Date.now()) return ["plain", "stop", "Expired"];
    if (share.startTime && Date.parse(share.startTime) > Date.now())
      return ["warn", "history", `Opens ${moment(share.startTime)}`];
  }
  return states[share.state ?? ""];
}

export function StateTag({ share }: { share: Share }) {
  const [tone, icon, word] = stateOf(share) ?? ["plain", "block", "Unknown"];
  return (
    <Tag tone={tone} icon={icon}>
      {word}
    </Tag>
  );
}
