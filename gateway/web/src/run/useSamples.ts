// The owner's sample inputs, as values and as pictures.
import { useEffect, useMemo, useState } from "react";
import type { Input, Sample } from "../api/client";
import { kindOf, readable } from "./fields";
import { ofValue, type Picture } from "./picture";

const most = 6; // thumbnails of one input

export interface Samples {
  values: Map<string, unknown>; // the first of each input
  pictures: Map<string, Picture[]>;
}

export function useSamples(inputs: Input[], samples: Sample[] | undefined, version: string | undefined): Samples {
  const [pictures, setPictures] = useState<Map<string, Picture[]>>(new Map());
  useEffect(() => {
    let stale = false;
    const all = new Map<string, Promise<Picture | null>[]>();
    for (const s of samples ?? []) {
      const input = inputs.find((i) => i.name === s.input);
      if (!input || kindOf(input) !== "picture") continue;
      const list = all.get(s.input!) ?? [];
      if (list.length < most)
        all.set(s.input!, [...list, ofValue(s.value, nameOf(s.input!, list.length)).catch(() => null)]);
    }
    void Promise.all(
      [...all].map(async ([name, list]) => [name, (await Promise.all(list)).filter((p) => p !== null)] as const),
    ).then((found) => {
      if (!stale) setPictures(new Map(found));
    });
    return () => {
      stale = true;
    };
  }, [version]); // eslint-disable-line react-hooks/exhaustive-deps -- samples belong to the version
  return useMemo(() => {
    const values = new Map<string, unknown>();
    for (const s of samples ?? []) if (!values.has(s.input ?? "")) values.set(s.input ?? "", s.value);
    return { values, pictures };
  }, [samples, pictures]);
}

function nameOf(input: string, index: number): string {
  return index === 0 ? "Sample picture" : `Sample ${readable(input).toLowerCase()} ${index + 1}`;
}
