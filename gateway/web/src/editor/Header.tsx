import { type ReactNode } from "react";
import { Link, pathOf } from "../console/routes";
import { Button } from "../ui/Button";
import { Mark } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { Tag } from "../ui/Tag";
import { Tooltip } from "../ui/Tooltip";
import style from "./Editor.module.css";

interface Props {
  workspace: string;
  workflow: string;
  title: string;
  live: number;
  said: ReactNode; // of the draft
  problems: ReactNode;
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  readOnly: boolean;
  canRun: boolean;
  onRun: () => void;
  onShare: () => void;
  // Undefined if there is no draft.
  onDiscard?: () => void;
  publish: { label: string; disabled: boolean; busy: boolean; onClick: () => void };
}

// Header is the line above the canvas: the name of the workflow, and the actions on the whole workflow.
export function Header(p: Props) {
  return (
    <header className={style.header}>
      <a className={style.skip} href="#canvas">
        Skip to the graph
      </a>
      <Link className={style.home} href={pathOf.workflows(p.workspace)} aria-label="All workflows">
        <Mark />
      </Link>
      <nav aria-label="Breadcrumb" className={style.crumbs}>
        <Link href={pathOf.workflows(p.workspace)}>{p.workspace}</Link>
        <span aria-hidden="true">/</span>
        <h1 className={style.title}>
          <Link href={pathOf.workflow(p.workspace, p.workflow)} title="Versions, links and settings">
            {p.title}
          </Link>
        </h1>
      </nav>
      {p.live > 0 && <Tag tone="good">Version {p.live} live</Tag>}
      <span className={style.push} />
      <span className={style.saved} role="status" data-part="draft-state">
        {p.said}
      </span>
      {!p.readOnly && (
        <span className={style.steps}>
          <Menu
            trigger={
              <Button look="ghost" square icon="more">
                Actions of the draft
              </Button>
            }
            actions={[
              {
                label: "Discard the draft",
                icon: "cross",
                danger: true,
                disabled: !p.onDiscard,
                onSelect: () => p.onDiscard?.(),
              },
            ]}
          />
          <Tooltip text="Undo" hint="Ctrl Z">
            <Button look="ghost" square icon="undo" disabled={!p.canUndo} onClick={p.onUndo}>
              Undo
            </Button>
          </Tooltip>
          <Tooltip text="Redo" hint="Ctrl Shift Z">
            <Button look="ghost" square icon="redo" disabled={!p.canRedo} onClick={p.onRedo}>
              Redo
            </Button>
          </Tooltip>
        </span>
      )}
      {p.problems}
      <span className={style.actions}>
        <Button icon="play" disabled={!p.canRun} onClick={p.onRun}>
          Run
        </Button>
        <Button icon="link" disabled={p.live === 0} onClick={p.onShare}>
          Share Workflow
        </Button>
        {!p.readOnly && (
          <Button look="filled" disabled={p.publish.disabled} busy={p.publish.busy} onClick={p.publish.onClick}>
            {p.publish.label}
          </Button>
        )}
      </span>
    </header>
  );
}
