import { useState } from "react";
import { deleteModelVersion, listModelVersions, type ModelPath, type ModelVersion } from "../../api/manage";
import { Button } from "../../ui/Button";
import { EmptyState } from "../../ui/EmptyState";
import type { Column } from "../../ui/Table";
import { Tag, type Tone } from "../../ui/Tag";
import { useToast } from "../../ui/Toast";
import { ago } from "../parts/ago";
import { Confirm } from "../parts/Confirm";
import { Listing } from "../parts/Listing";
import page from "../parts/Page.module.css";
import { useList } from "../parts/useList";
import { useMe } from "../session";
import { DropFile } from "./DropFile";
import { useUpload } from "./useUpload";
import { numberOf, sizeOf } from "./words";

const states: Record<string, [Tone, string]> = {
  STATE_READY: ["good", "Ready"],
  STATE_FAILED: ["bad", "Failed"],
  STATE_PENDING: ["plain", "Not uploaded"],
};

// Versions lists the versions of a model, and takes the next one.
export function Versions({ path, onChanged }: { path: ModelPath; onChanged: () => Promise<void> }) {
  const { owner } = useMe();
  const say = useToast();
  const upload = useUpload();
  const [asked, setAsked] = useState("");
  const list = useList<ModelVersion>(["models", path.workspace, "versions", path.model], (token) =>
    listModelVersions(path, token),
  );
  const send = async (file: File) => {
    if (await upload.send(path, file)) say("The new version is ready");
    await onChanged();
  };
  const remove = async () => {
    await deleteModelVersion({ ...path, version: asked });
    await onChanged();
    say("The version is deleted");
  };
  const actions: Column<ModelVersion> = {
    id: "do",
    head: "Actions",
    cell: (v) => (
      <Button size={28} aria-label={`Delete version ${numberOf(v)}`} onClick={() => setAsked(numberOf(v))}>
        Delete
      </Button>
    ),
  };
  return (
    <section className={page.section} aria-labelledby="versions">
      <h2 className={page.sub} id="versions">
        Versions
      </h2>
      {owner ? (
        <DropFile upload={upload} onFile={(file) => void send(file)} />
      ) : (
        <p className={page.quiet}>Only owners add and delete versions.</p>
      )}
      <Listing<ModelVersion>
        caption="Versions of this model"
        list={list}
        keyOf={(v) => v.name ?? ""}
        empty={<EmptyState icon="model" title="No versions yet" />}
        columns={[
          { id: "number", head: "Version", cell: (v) => <strong>{numberOf(v)}</strong> },
          { id: "state", head: "State", cell: (v) => <State of={v} /> },
          { id: "size", head: "Size", number: true, cell: (v) => sizeOf(v.sizeBytes) },
          { id: "inputs", head: "Inputs", cell: (v) => (v.inputs ?? []).map(tensor).join(", ") },
          { id: "outputs", head: "Outputs", cell: (v) => (v.outputs ?? []).map(tensor).join(", ") },
          { id: "hash", head: "SHA-256", cell: (v) => <code>{v.sha256?.slice(0, 12)}</code> },
          { id: "made", head: "Added", cell: (v) => ago(v.createTime) },
          ...(owner ? [actions] : []),
        ]}
      />
      {asked && (
        <Confirm
          title={`Delete version ${asked}?`}
          text="Its weights are deleted. Workflows that name this version stop working. This cannot be undone."
          action="Delete the version"
          danger
          onConfirm={remove}
          onClose={() => setAsked("")}
        />
      )}
    </section>
  );
}

function State({ of: v }: { of: ModelVersion }) {
  const [tone, word] = states[v.state ?? ""] ?? ["plain", "Unknown"];
  return (
    <span className={page.name}>
      <span>
        <Tag tone={tone}>{word}</Tag>
      </span>
      {v.problem && <span className={page.quiet}>{v.problem}</span>}
    </span>
  );
}

function tensor(t: NonNullable<ModelVersion["inputs"]>[number]): string {
  return `${t.name} ${(t.shape ?? []).map((n) => (Number(n) < 0 ? "?" : n)).join("×")}`;
}
