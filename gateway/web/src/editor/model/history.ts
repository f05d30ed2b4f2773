// Undo and redo of texts.
export interface History {
  text: string;
  past: string[];
  future: string[];
  // The last change and its time: further edits of the same kind within a moment belong to one change.
  what: string;
  when: number;
}

const kept = 200; // changes to undo
const moment = 1200; // ms

export const start = (text: string): History => ({ text, past: [], future: [], what: "", when: 0 });

export function change(h: History, text: string, what: string, now: number): History {
  if (text === h.text) return h;
  const same = what !== "" && what === h.what && now - h.when < moment && h.past.length > 0;
  const past = same ? h.past : [...h.past, h.text].slice(-kept);
  return { text, past, future: [], what, when: now };
}

export function undo(h: History): History {
  const text = h.past[h.past.length - 1];
  if (text === undefined) return h;
  return { text, past: h.past.slice(0, -1), future: [h.text, ...h.future], what: "", when: 0 };
}

export function redo(h: History): History {
  const text = h.future[0];
  if (text === undefined) return h;
  return { text, past: [...h.past, h.text], future: h.future.slice(1), what: "", when: 0 };
}
