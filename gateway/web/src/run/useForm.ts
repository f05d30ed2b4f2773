// What a visitor has given for the inputs. Credentials are not here: only their fields hold them.
import { useCallback, useMemo, useState } from "react";
import type { Input } from "../api/client";
import { initial, kindOf } from "./fields";
import type { Picture } from "./picture";
import type { SampleSet } from "./useSamples";

// Given is the inputs at one moment.
export interface Given {
  texts: Record<string, string>;
  pictures: Record<string, Picture | undefined>;
}

export interface Form extends Given {
  // By input: why the last picture that was chosen cannot be used. It blocks the run, because
  // the picture before it is not what the visitor means.
  unusable: Record<string, string>;
  setText: (input: string, text: string) => void;
  setPicture: (input: string, picture: Picture) => void;
  setUnusable: (input: string, why: string) => void;
  // Fills in a sample: what it does not give has its default again.
  pick: (set: SampleSet) => void;
}

export function useForm(inputs: Input[], samples: Map<string, unknown>, pictures: Map<string, Picture[]>): Form {
  const [texts, setTexts] = useState(() => startTexts(inputs, samples));
  const [chosen, setChosen] = useState<Record<string, Picture | undefined>>({});
  const [unusable, setWhy] = useState<Record<string, string>>({});
  const setText = useCallback((input: string, text: string) => setTexts((all) => ({ ...all, [input]: text })), []);
  const setPicture = useCallback((input: string, picture: Picture) => {
    setChosen((all) => ({ ...all, [input]: picture }));
    setWhy(({ [input]: _, ...rest }) => rest);
  }, []);
  const setUnusable = useCallback((input: string, why: string) => {
    setChosen((all) => ({ ...all, [input]: undefined }));
    setWhy((all) => ({ ...all, [input]: why }));
  }, []);
  const pick = useCallback(
    (set: SampleSet) => {
      setTexts(startTexts(inputs, set.values));
      setChosen(Object.fromEntries(set.pictures));
      setWhy({});
    },
    [inputs],
  );
  return useMemo(() => {
    // Until the visitor chooses, the owner's first sample stands there: one click runs it.
    const now: Record<string, Picture | undefined> = { ...chosen };
    for (const [input, list] of pictures) if (!(input in now)) now[input] = list[0];
    return { texts, pictures: now, unusable, setText, setPicture, setUnusable, pick };
  }, [texts, chosen, unusable, pictures, setText, setPicture, setUnusable, pick]);
}

export function startTexts(inputs: Input[], samples: Map<string, unknown>): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const i of inputs) {
    const kind = kindOf(i);
    if (kind !== "picture" && kind !== "credential") texts[i.name ?? ""] = initial(i, samples.get(i.name ?? ""));
  }
  return texts;
}

// changed says what differs between what a result belongs to and what the form holds now.
export function changed(then: Given, now: Form): "" | "picture" | "inputs" {
  const names = new Set([...Object.keys(then.pictures), ...Object.keys(now.pictures), ...Object.keys(now.unusable)]);
  for (const name of names) if (then.pictures[name] !== now.pictures[name]) return "picture";
  return Object.keys(now.texts).some((name) => then.texts[name] !== now.texts[name]) ? "inputs" : "";
}
