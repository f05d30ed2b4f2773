import type { Inspection, Share } from "../../api/owner";
import { Embed } from "./Embed";
import { Labels } from "./Labels";
import { LinkRules } from "./LinkRules";
import style from "./More.module.css";
import { PageTexts } from "./PageTexts";
import { SampleList } from "./SampleList";
import type { Form } from "./share";
import { WhoOpens } from "./WhoOpens";

interface Props {
  share: Share;
  inspection: Inspection;
  form: Form;
  set: (part: Partial<Form>) => void;
  saved: boolean;
  onChanged: () => Promise<void>;
}

export default function MoreSettings({ share, inspection, form, set, saved, onChanged }: Props) {
  const setPage = (part: Partial<Form["page"]>) => set({ page: { ...form.page, ...part } });
  return (
    <div className={style.settings}>
      <LinkRules share={share} form={form} set={set} />
      <WhoOpens share={share} form={form} set={set} />
      <PageTexts page={form.page} set={setPage} />
      <Labels shape={inspection.interface ?? {}} page={form.page} set={setPage} />
      <SampleList
        share={share}
        inputs={inspection.interface?.inputs ?? []}
        samples={form.samples}
        set={(samples) => set({ samples })}
        saved={saved}
        onChanged={onChanged}
      />
      <Embed share={share} form={form} set={set} />
    </div>
  );
}
