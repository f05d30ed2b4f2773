import { idOf, type Template } from "../../api/templates";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../parts/Trouble";
import { Link, pathOf } from "../routes";
import { useMe } from "../session";
import { Needs } from "./Needs";
import { pictureOf, useMake, useTemplates } from "./useTemplates";
import style from "./Templates.module.css";

// Gallery has a card for each template. A card leads to its page, its button to the editor.
export default function Gallery() {
  const list = useTemplates();
  const make = useMake();
  if (list.error) return <Trouble failure={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      {make.error && <Trouble failure={make.error} />}
      <ul className={style.cards} aria-label="Templates" aria-busy={list.isPending || undefined}>
        {list.data?.map((t) => (
          <Card
            key={t.name}
            template={t}
            busy={make.isPending && make.variables === idOf(t)}
            off={make.isPending}
            onUse={() => make.mutate(idOf(t))}
          />
        )) ?? [0, 1, 2, 3, 4, 5, 6, 7].map((i) => <Waiting key={i} />)}
      </ul>
    </>
  );
}

interface CardProps {
  template: Template;
  busy: boolean;
  off: boolean;
  onUse: () => void;
}

function Card({ template, busy, off, onUse }: CardProps) {
  const { workspace } = useMe();
  return (
    <li className={style.card}>
      <span className={style.thumb}>
        <img src={pictureOf(template.thumbnail)} width={400} height={250} alt="" />
        {template.highlight && <span className={style.highlight}>{template.highlight}</span>}
      </span>
      <span className={style.words}>
        <Link className={style.title} href={pathOf.template(workspace, idOf(template))}>
          {template.title}
        </Link>
        <span className={style.summary}>{template.summary}</span>
      </span>
      <span className={style.foot}>
        <Needs template={template} />
        <Button
          size={28}
          className={style.use}
          busy={busy}
          disabled={off && !busy}
          aria-label={`Use the template ${template.title}`}
          onClick={onUse}
        >
          Use
        </Button>
      </span>
    </li>
  );
}

function Waiting() {
  return (
    <li className={style.card}>
      <span className={style.thumb} />
      <span className={style.words}>
        <Skeleton width="50%" />
        <Skeleton width="80%" />
      </span>
      <span className={style.foot}>
        <Skeleton width="40%" />
      </span>
    </li>
  );
}
