// The owner's sample inputs. Samples with one title form a set, which a visitor picks as a whole.
import { useEffect, useMemo, useState } from "react";
import type { Input, Sample } from "../api/client";
import { kindOf, readable } from "./fields";
import { ofValue, type Picture } from "./picture";

const most = 6; // thumbnails of one input

// SampleSet is a sample with a title.
export interface SampleSet {
  title: string;
  values: Map<string, unknown>;
  pictures: Map<string, Picture>;
  // Whether a picture of it is still being read: its place is kept, so that nothing moves.
  waits: boolean;
}

const noneYet: Map<Sample, Picture> = new Map();

export interface Samples {
  values: Map<string, unknown>; // the first of each input
  pictures: Map<string, Picture[]>;
  sets: SampleSet[];
  waits: boolean; // whether pictures are still being read
}

export function useSamples(inputs: Input[], samples: Sample[] | undefined, version: string | undefined): Samples {
  const [pictures, setPictures] = useState(noneYet);
  const marks = useMemo(() => (samples ?? []).map((s) => `${s.input} ${s.title}`).join(), [samples]);
  useEffect(() => {
    let stale = false;
    const wanted = (samples ?? []).filter((s) => {
      const input = inputs.find((i) => i.name === s.input);
      return input && kindOf(input) === "picture";
    });
    void Promise.all(
      wanted.map(async (s, i) => [s, await ofValue(s.value, nameOf(s, i)).catch(() => null)] as const),
    ).then((found) => {
      if (!stale) setPictures(new Map(found.filter((f): f is [Sample, Picture] => f[1] !== null)));
    });
    return () => {
      stale = true;
    };
  }, [version, marks]); // eslint-disable-line react-hooks/exhaustive-deps -- samples belong to the version
  return useMemo(() => {
    const values = new Map<string, unknown>();
    for (const s of samples ?? []) if (!values.has(s.input ?? "")) values.set(s.input ?? "", s.value);
    const waits = pictures === noneYet && (samples ?? []).length > 0;
    return { values, pictures: byInput(pictures), sets: setsOf(samples ?? [], pictures, inputs), waits };
  }, [samples, pictures, inputs]);
}

function byInput(pictures: Map<Sample, Picture>): Map<string, Picture[]> {
  const all = new Map<string, Picture[]>();
  for (const [{ input = "" }, picture] of pictures) {
    const list = all.get(input) ?? [];
    if (list.length < most) all.set(input, [...list, picture]);
  }
  return all;
}

// setsOf is empty where no sample has a title.
function setsOf(samples: Sample[], pictures: Map<Sample, Picture>, inputs: Input[]): SampleSet[] {
  const shown = new Set(inputs.filter((i) => kindOf(i) === "picture").map((i) => i.name));
  const sets = new Map<string, SampleSet>();
  const byKey = new Map([...pictures].map(([s, p]) => [`${s.input} ${s.title}`, p]));
  for (const s of samples) {
    const { title = "", input = "" } = s;
    if (!title) continue;
    const set = sets.get(title) ?? { title, values: new Map(), pictures: new Map(), waits: false };
    const picture = pictures.get(s) ?? byKey.get(`${input} ${title}`);
    if (picture) set.pictures.set(input, picture);
    else if (pictures === noneYet && shown.has(input)) set.waits = true;
    else set.values.set(input, s.value);
    sets.set(title, set);
  }
  return [...sets.values()];
}

function nameOf({ input = "", title }: Sample, index: number): string {
  if (title) return title;
  return index === 0 ? "Sample picture" : `Sample ${readable(input).toLowerCase()} ${index + 1}`;
}
