import type { Share } from "../../api/owner";
import { Tag, type Tone } from "../../ui/Tag";

const states: Record<string, [tone: Tone, icon: string, word: string]> = {
  SHARE_STATE_ACTIVE: ["good", "done", "Active"],
  SHARE_STATE_PAUSED: ["plain", "stop", "Paused"],
  SHARE_STATE_SUSPENDED: ["bad", "warning", "Suspended"],
  SHARE_STATE_REVOKED: ["bad", "cross", "Revoked"],
};

export function StateTag({ share }: { share: Share }) {
  const [tone, icon, word] = states[share.state ?? ""] ?? ["plain", "block", "Unknown"];
  return (
    <Tag tone={tone} icon={icon}>
      {word}
    </Tag>
  );
}
