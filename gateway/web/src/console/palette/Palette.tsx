import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { useEffect, useState } from "react";
import type { Failure } from "../../api/failure";
import { listWorkflows, type Page, type Workflow } from "../../api/owner";
import { Dialog } from "../../ui/Dialog";
import field from "../../ui/Field.module.css";
import { Icon } from "../../ui/icons";
import { navigate, pathOf } from "../routes";
import { useMe } from "../session";
import { useActions, type Action } from "./actions";
import style from "./Palette.module.css";

const typing = 150; // ms without a key before a search

// Palette opens a page or a workflow, or starts an action, found by a few letters. The server searches the workflows.
export default function Palette({ onClose }: { onClose: () => void }) {
  const { workspace, operator } = useMe();
  const [text, setText] = useState("");
  const words = useLater(text.trim());
  const found = useQuery<Page<Workflow>, Failure>({
    queryKey: ["workflows", workspace, words, "palette"],
    queryFn: () => listWorkflows(workspace, words, ""),
    enabled: !operator,
  });
  const { pages, actions } = useActions();
  const fits = fitting(text);
  const pick = (act: () => void) => {
    onClose();
    act();
  };
  // Results for earlier words are not offered, because Enter would open them.
  const workflows = words === text.trim() ? (found.data?.rows ?? []).slice(0, 8) : [];
  return (
    <Dialog open onClose={onClose} title="Go to" description="">
      <Command label="Commands" shouldFilter={false} loop>
        <Command.Input
          autoFocus
          className={field.control}
          value={text}
          maxLength={200}
          placeholder="A page, a workflow or an action"
          onValueChange={setText}
        />
        <Command.List className={style.list} label="Commands">
          <Command.Empty className={style.empty}>Nothing matches.</Command.Empty>
          <Group name="Pages" actions={pages.filter(fits)} pick={pick} />
          {workflows.length > 0 && (
            <Command.Group heading="Workflows" className={style.group}>
              {workflows.map((w) => (
                <Command.Item
                  key={w.name}
                  value={w.name}
                  className={style.item}
                  onSelect={() => pick(() => navigate(pathOf.workflow(workspace, w.name?.split("/")[3] ?? "")))}
                >
                  <Icon name="fork" />
                  <span className={style.label}>{w.title || w.name?.split("/")[3]}</span>
                </Command.Item>
              ))}
            </Command.Group>
          )}
          <Group name="Actions" actions={actions.filter(fits)} pick={pick} />
        </Command.List>
      </Command>
    </Dialog>
  );
}

function Group({ name, actions, pick }: { name: string; actions: Action[]; pick: (act: () => void) => void }) {
  if (actions.length === 0) return null;
  return (
    <Command.Group heading={name} className={style.group}>
      {actions.map((a) => (
        <Command.Item key={a.label} value={a.label} className={style.item} onSelect={() => pick(a.act)}>
          <Icon name={a.icon} />
          <span className={style.label}>{a.label}</span>
        </Command.Item>
      ))}
    </Command.Group>
  );
}

// fitting keeps the entries that contain all words.
function fitting(text: string) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ label }: Action) => words.every((w) => label.toLowerCase().includes(w));
}

// useLater returns a text after it has not changed for a moment.
function useLater(text: string): string {
  const [later, setLater] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setLater(text), typing);
    return () => clearTimeout(timer);
  }, [text]);
  return later;
}
