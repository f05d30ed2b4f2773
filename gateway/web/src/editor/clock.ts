// It takes long to make, and the editor asks for the time at each change.
const format = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

// clock is the time of day, as people here write it: "12:04".
export function clock(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? "" : format.format(date);
}
