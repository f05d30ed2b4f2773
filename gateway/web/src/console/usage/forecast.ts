// When a budget is used up, if use continues as it did since the period began.
const dayMs = 24 * 3600e3;

export interface Forecast {
  at?: Date; // when it is used up; unset if it lasts
  lasts: boolean;
}

// forecast assumes an even use since start. Before one day has passed, a rate says nothing.
export function forecast(spent: number, most: number, start: Date, end: Date | null, now: Date): Forecast {
  if (spent >= most) return { at: now, lasts: false };
  const past = now.getTime() - start.getTime();
  if (spent === 0 || past < dayMs) return { lasts: true };
  const at = new Date(now.getTime() + ((most - spent) / spent) * past);
  const year = 365 * dayMs;
  if (end ? at >= end : at.getTime() - now.getTime() > year) return { lasts: true };
  return { at, lasts: false };
}

// endOfMonth is when a monthly budget resets (UTC).
export const endOfMonth = (now: Date) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
