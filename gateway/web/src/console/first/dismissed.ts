import { recall, remember } from "../../ui/remembered";
import type { Me } from "../session";

// Resource names of the people who dismissed the first steps in this browser; no secret.
const who = ({ workspace, person, key }: Me) => person || `${workspace}/${key}`;
const all = () => (recall("first-steps") ?? "").split(" ").filter(Boolean);
const most = 20; // people of one browser

export const dismissed = (me: Me) => all().includes(who(me));

export function dismiss(me: Me) {
  remember("first-steps", [...all(), who(me)].slice(-most).join(" "));
}
