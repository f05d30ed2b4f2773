import { useState, type ReactNode } from "react";
import { Button, type ButtonLook } from "../Button";
import { Combobox } from "../Combobox";
import { Dialog, DialogFoot } from "../Dialog";
import { EmptyState } from "../EmptyState";
import { Checkbox, Field, Input, Slider, TextArea } from "../Field";
import { Icon } from "../icons";
import { Menu } from "../Menu";
import { Meter } from "../Meter";
import { Popover } from "../Popover";
import { Segments } from "../Segments";
import { Select } from "../Select";
import { Skeleton } from "../Skeleton";
import { Sparkline } from "../Sparkline";
import { Switch } from "../Switch";
import { Table } from "../Table";
import { Tabs } from "../Tabs";
import { Chip, Notice, Tag } from "../Tag";
import { Toasts, useToast } from "../Toast";
import { Tooltip, TooltipProvider } from "../Tooltip";
import style from "./Gallery.module.css";

export function Gallery() {
  return (
    <TooltipProvider>
      <Toasts>
        <main className={style.gallery}>
          <h1 className={style.title}>Components</h1>
          <Buttons />
          <Fields />
          <Choices />
          <Layers />
          <Words />
          <Room title="Table">
            <Table
              caption="Keys"
              columns={[
                { id: "key", head: "Key", cell: (r) => <strong>{r.key}</strong> },
                { id: "used", head: "Last used", cell: (r) => r.used },
                { id: "runs", head: "Runs", number: true, cell: (r) => r.runs },
              ]}
              rows={[
                { key: "website", used: "4 minutes ago", runs: "6,120" },
                { key: "nightly", used: "11:40", runs: "812" },
              ]}
              keyOf={(r) => r.key}
            />
          </Room>
          <Room title="Meter">
            <div className={style.column}>
              <Meter value={120} most={1000} words="120 of 1,000 runs a month" />
              <Meter value={840} most={1000} words="840 of 1,000 runs a month" />
              <Meter value={1000} most={1000} words="1,000 of 1,000 runs a month" />
              <Meter value={0} most={0} words="0 of 0 runs a month" />
            </div>
          </Room>
          <Room title="Sparkline">
            <div className={style.column}>
              <Sparkline values={[4, 9, 7, 12, 10, 15, 21]} label="78 runs in 7 days, 21 of them today" />
              <Sparkline values={[0, 0, 3, 0, 0, 0, 0]} label="3 runs in 7 days, none of them today" />
            </div>
          </Room>
          <Room title="Empty state">
            <EmptyState icon="link" title="No links yet" action={<Button icon="plus">New link</Button>}>
              A link lets anyone view this workflow.
            </EmptyState>
          </Room>
          <Room title="Skeleton">
            <div aria-busy="true" className={style.column}>
              <Skeleton width="60%" />
              <Skeleton />
              <Skeleton width={48} height={48} round />
            </div>
          </Room>
        </main>
      </Toasts>
    </TooltipProvider>
  );
}

function Room({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={style.room} aria-label={title}>
      <h2 className={style.head}>{title}</h2>
      {children}
    </section>
  );
}

const looks: ButtonLook[] = ["filled", "outline", "ghost", "danger", "link"];

function Buttons() {
  return (
    <Room title="Buttons">
      <div className={style.row}>
        {looks.map((look) => (
          <Button key={look} look={look} icon="play">
            {look}
          </Button>
        ))}
      </div>
      <div className={style.row}>
        <Button size={28}>Small 28</Button>
        <Button size={32}>Medium 32</Button>
        <Button size={40}>Large 40</Button>
        <Button size={44} look="filled" icon="play">
          Run 44
        </Button>
        <Button square icon="more">
          More
        </Button>
      </div>
      <div className={style.row}>
        <Button look="filled" busy>
          Publishing
        </Button>
        <Button look="filled" disabled>
          Publish
        </Button>
        <Button aria-pressed>Pressed</Button>
      </div>
    </Room>
  );
}

function Fields() {
  const [key, setKey] = useState("");
  return (
    <Room title="Fields">
      <Field label="Name" help="Used in the address of the workflow.">
        {(d) => <Input {...d} defaultValue="street-sign" />}
      </Field>
      <Field label="OpenAI API key" error="OpenAI did not accept this key.">
        {(d) => <Input {...d} type="password" value={key} onChange={(e) => setKey(e.target.value)} />}
      </Field>
      <Field label="Note" optional>
        {(d) => <TextArea {...d} rows={2} placeholder="For yourself" />}
      </Field>
      <Field label="Off">{(d) => <Input {...d} disabled defaultValue="cannot be changed" />}</Field>
      <Field label="Minimum confidence" aside="0 to 1">
        {(d) => <Slider {...d} min={0} max={1} step={0.01} defaultValue={0.6} />}
      </Field>
      <Checkbox label="Keep it until I close this tab" defaultChecked />
    </Room>
  );
}

function Choices() {
  const [period, setPeriod] = useState("day");
  const [credential, setCredential] = useState("openai-prod");
  const [said, setSaid] = useState("");
  const [on, setOn] = useState(true);
  const [view, setView] = useState<"result" | "json">("result");
  return (
    <Room title="Choices">
      <Field label="Period">
        {(d) => (
          <Select
            {...d}
            value={period}
            onChange={(e) => setPeriod(e.target.value)}
            options={[
              { value: "day", label: "A day" },
              { value: "month", label: "A month" },
            ]}
          />
        )}
      </Field>
      <Combobox
        label="Credential"
        value={credential}
        onChange={setCredential}
        choices={[
          { value: "openai-prod", label: "openai-prod", icon: "key" },
          { value: "openai-test", label: "openai-test", icon: "key" },
          { value: "claude-team", label: "claude-team", icon: "key", note: "other host", disabled: true },
        ]}
        action={{ label: "Create a credential", onSelect: () => setSaid("create") }}
      />
      <output data-part="chosen">
        {credential} {said}
      </output>
      <Switch label="Labels" checked={on} onChange={setOn} />
      <Segments
        label="View"
        value={view}
        onChange={setView}
        options={[
          { id: "result", label: "Result" },
          { id: "json", label: "JSON" },
        ]}
      />
      <Tabs
        label="Settings"
        tabs={[
          { id: "settings", label: "Settings", content: <p>What a step is set to.</p> },
          { id: "output", label: "Output", content: <p>What it returned.</p> },
          { id: "json", label: "JSON", content: <p>As it is stored.</p> },
        ]}
      />
    </Room>
  );
}

function Layers() {
  const [open, setOpen] = useState(false);
  const say = useToast();
  return (
    <Room title="Layers">
      <div className={style.row}>
        <Menu
          trigger={<Button icon="more">Actions</Button>}
          actions={[
            { label: "Rename", hint: "F2", onSelect: () => say("Renamed") },
            { label: "Copy link", icon: "copy", onSelect: () => say("Link copied") },
            null,
            {
              label: "Delete",
              icon: "cross",
              danger: true,
              onSelect: () => say("Run interrupted. Not counted.", "bad"),
            },
          ]}
        />
        <Popover
          trigger={
            <Chip icon="guard">
              Picture goes to: <strong>this server only</strong>
            </Chip>
          }
          label="Where your data goes"
        >
          <p>This workflow sends nothing to other servers.</p>
        </Popover>
        <Tooltip text="Undo" hint="Ctrl Z">
          <Button square icon="history">
            Undo
          </Button>
        </Tooltip>
        <Button onClick={() => setOpen(true)}>Open dialog</Button>
        <Button onClick={() => say("Link copied")}>Say it</Button>
      </div>
      <Dialog
        open={open}
        onClose={() => setOpen(false)}
        title="Let anyone run on your key?"
        description="At worst this link costs 500 runs a day. You can pause it at any time."
      >
        <Notice tone="plain" icon="lock">
          Your key stays private.
        </Notice>
        <DialogFoot>
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button look="filled">Yes, open access</Button>
        </DialogFoot>
      </Dialog>
    </Room>
  );
}

function Words() {
  return (
    <Room title="Words">
      <div className={style.row}>
        <Tag tone="accent">Example</Tag>
        <Tag tone="good">Version 3 live</Tag>
        <Tag tone="warn" icon="warning">
          2 problems
        </Tag>
        <Tag tone="bad">Model was deleted</Tag>
        <Tag>draft</Tag>
      </div>
      <div className={style.row}>
        <Chip icon="done">Free for you</Chip>
        <Chip icon="warning" tone="warn">
          Picture goes to: <strong>1 unknown host</strong>
        </Chip>
      </div>
      <Notice>Any previews run under the shareable link will affect your Workflow usage.</Notice>
      <Notice tone="bad" role="alert">
        The step failed.
      </Notice>
      <p className={style.row}>
        <Icon name="key" /> An icon next to a word
      </p>
    </Room>
  );
}
