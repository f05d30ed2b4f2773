import { Command } from "cmdk";
import { memo, useMemo, type RefObject } from "react";
import type { Block } from "../../api/editor";
import { classes } from "../../ui/classes";
import { Icon } from "../../ui/icons";
import field from "../../ui/Field.module.css";
import style from "./Catalogue.module.css";
import type { Source } from "./fit";
import { groups } from "./search";

interface Props {
  blocks: Block[];
  // What the next block is wired to.
  from: Source | null;
  text: string;
  onText: (text: string) => void;
  search: RefObject<HTMLInputElement | null>;
  onAdd: (block: Block) => void | Promise<void>;
  onLeave: () => void;
}

const icons = new Set([
  "model",
  "image",
  "visualization",
  "transformation",
  "formatter",
  "flow_control",
  "sink",
  "analytics",
]);

// Catalogue lists the blocks: type to search, arrow keys to move, Enter to add.
export const Catalogue = memo(function Catalogue({ blocks, from, text, onText, search, onAdd, onLeave }: Props) {
  const found = useMemo(() => groups(blocks, text, from), [blocks, text, from]);
  return (
    <Command
      label="Blocks"
      shouldFilter={false}
      loop
      className={style.catalogue}
      data-part="catalogue"
      onKeyDown={(e) => e.key === "Escape" && onLeave()}
    >
      <div className={style.search}>
        <Icon name="search" />
        <Command.Input
          ref={search}
          className={classes(field.control, style.input)}
          placeholder="Search blocks"
          aria-label="Search blocks"
          value={text}
          onValueChange={onText}
        />
        <kbd className={style.hint}>Tab</kbd>
      </div>
      <Command.List className={style.list} label="Blocks" tabIndex={-1}>
        <Command.Empty className={style.none}>No block matches.</Command.Empty>
        {found.map((g) => (
          <Command.Group key={g.id} heading={g.title} className={style.group}>
            {g.blocks.map((b) => (
              <Item key={b.type} group={g.id} block={b} onAdd={onAdd} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
    </Command>
  );
});

const Item = memo(function Item({ group, block, onAdd }: { group: string; block: Block; onAdd: Props["onAdd"] }) {
  const category = block.category ?? "other";
  const help = block.runnable ? block.help : `Can't run: ${block.notRunnableMessage ?? "not here"}`;
  return (
    <Command.Item
      value={`${group} ${block.type}`}
      className={style.item}
      data-off={!block.runnable || undefined}
      title={`${block.help ?? ""}\n${block.type ?? ""}`}
      onSelect={() => void onAdd(block)}
    >
      <span className={style.tile} data-category={category}>
        <Icon name={icons.has(category) ? category : "block"} size={16} />
      </span>
      <span className={style.text}>
        <span className={style.name}>{block.title}</span>
        <span className={style.help}>{help}</span>
      </span>
    </Command.Item>
  );
});
