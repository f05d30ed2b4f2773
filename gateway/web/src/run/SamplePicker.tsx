import { Icon } from "../ui/icons";
import style from "./SamplePicker.module.css";
import type { Picture } from "./picture";
import type { Form } from "./useForm";
import type { SampleSet } from "./useSamples";

interface Props {
  sets: SampleSet[];
  chosen?: SampleSet;
  form: Form;
  disabled: boolean;
}

// SamplePicker offers the owner's samples, each with its picture or its title alone.
export function SamplePicker({ sets, chosen, form, disabled }: Props) {
  if (sets.length === 0) return null;
  return (
    <div className={style.samples} role="group" aria-label="Samples">
      <div className={style.head}>
        <span>Start from a sample</span>
        <span className={style.title}>{chosen?.title}</span>
      </div>
      <div className={style.list}>
        {sets.map((set) => {
          const picture = [...set.pictures.values()][0];
          const thumb = picture || set.waits;
          return (
            <button
              key={set.title}
              type="button"
              className={thumb ? style.thumb : style.word}
              disabled={disabled || set.waits}
              aria-pressed={set === chosen}
              aria-label={thumb ? set.title : undefined}
              title={thumb ? set.title : undefined}
              onClick={() => form.pick(set)}
            >
              {thumb ? <Thumb picture={picture} /> : set.title}
            </button>
          );
        })}
      </div>
    </div>
  );
}

function Thumb({ picture }: { picture?: Picture }) {
  if (!picture) return null;
  return picture.shown ? <img src={picture.shown} alt="" /> : <Icon name="link" />;
}

// sampleIn is the sample that a form holds, unchanged.
export function sampleIn(sets: SampleSet[], form: Form, initial: (set: SampleSet) => Record<string, string>) {
  if (Object.keys(form.unusable).length > 0) return undefined;
  return sets.find((set) => {
    const texts = initial(set);
    return (
      Object.keys(form.texts).every((name) => form.texts[name] === texts[name]) &&
      Object.keys(form.pictures).every((name) => form.pictures[name] === set.pictures.get(name))
    );
  });
}
