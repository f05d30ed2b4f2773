import type { Template } from "../../api/templates";
import { Icon } from "../../ui/icons";
import { needsOf } from "./useTemplates";
import style from "./Templates.module.css";

// Needs says what a workspace must have before the workflow runs.
export function Needs({ template }: { template: Template }) {
  const needs = needsOf(template);
  if (!needs)
    return (
      <span className={style.atOnce}>
        <Icon name="play" size={12} /> Runs immediately
      </span>
    );
  return (
    <span className={style.needs}>
      <Icon name={template.needs?.[0]?.task ? "model" : "key"} size={14} /> {needs}
    </span>
  );
}
