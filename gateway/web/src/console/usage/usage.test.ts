import { describe, expect, test } from "vitest";
import { compared } from "./compared";
import { endOfMonth, forecast } from "./forecast";
import { daysOf, scaleOf, seriesOf } from "./series";

const days = daysOf("2026-11-01T00:00:00Z", Date.parse("2026-11-03T09:00:00Z"));

describe("the period before", () => {
  test.each([
    [124, 100, 30, "Up 24% on the 30 days before"],
    [50, 100, 7, "Down 50% on the 7 days before"],
    [100, 100, 30, "As many as in the 30 days before"],
    [3, 3, 1, "As many as yesterday"],
    [3, 0, 30, ""],
  ])("%d after %d in %d days", (now, before, days, words) => expect(compared(now, before, days)).toBe(words));
});

describe("series", () => {
  test("has each day once", () => expect(days).toEqual(["2026-11-01", "2026-11-02", "2026-11-03"]));

  test("puts the largest first and the rest into one", () => {
    const points = ["a", "b", "c", "d", "e"].flatMap((group, i) => [
      { group, day: "2026-11-01", value: i + 1 },
      { group, day: "2026-11-03", value: 10 },
    ]);
    const { series, groups, others } = seriesOf(points, days);
    expect(series.map((s) => s.group)).toEqual(["e", "d", "c", ""]);
    expect(series[3]!.days).toEqual([3, 0, 20]);
    expect([groups.length, others]).toEqual([5, 2]);
  });

  test("scales to a round number that four steps divide", () => {
    for (const n of [0, 1, 4, 5, 9, 11, 99, 101, 390, 999, 1001, 123456]) {
      expect(scaleOf(n)).toBeGreaterThanOrEqual(n);
      expect(scaleOf(n) % 4).toBe(0);
    }
  });
});

describe("forecast", () => {
  const start = new Date("2026-11-01T00:00:00Z");
  const now = new Date("2026-11-11T00:00:00Z");
  const end = endOfMonth(now);

  test("names the day", () => {
    expect(forecast(100, 150, start, end, now)).toEqual({ at: new Date("2026-11-16T00:00:00Z"), lasts: false });
  });
  test("lasts until the budget resets", () => expect(forecast(100, 1000, start, end, now).lasts).toBe(true));
  test("is used up", () => expect(forecast(150, 150, start, end, now)).toEqual({ at: now, lasts: false }));
  test("says nothing of an unused one", () => expect(forecast(0, 10, start, null, now).lasts).toBe(true));
});
