import { useState } from "react";
import type { Failure } from "../../api/failure";
import type { Credential } from "../../api/owner";
import { keyPage, providerName } from "../../run/providers";
import { Field, Input, TextArea } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { errorAt, textOf } from "../parts/FormDialog";
import page from "../parts/Page.module.css";
import { hostHelp, needsHost, places, providers } from "./words";

// ValueField takes a secret. It is never filled in, and nothing of it is kept in the page.
export function ValueField({ failure, help, provider }: { failure: Failure | null; help: string; provider?: string }) {
  const where = keyPage(provider);
  return (
    <Field
      label="Value"
      error={errorAt(failure, "credential.value")}
      help={help}
      aside={
        where && (
          <a href={where} target="_blank" rel="noreferrer">
            Get a key at {providerName(provider)}
          </a>
        )
      }
    >
      {(d) => <Input {...d} name="value" secret mono required autoComplete="new-password" maxLength={16384} />}
    </Field>
  );
}

interface Props {
  failure: Failure | null;
  now?: Credential; // what is stored
  onProvider: (provider: string) => void;
}

// UnitFields say what a value is for: provider, hosts and place. They change only with a value.
export function UnitFields({ failure, now, onProvider }: Props) {
  const [provider, setProvider] = useState(now?.provider ?? "openai");
  const [place, setPlace] = useState<string>(now?.slotKind ?? "");
  const options = providers.some((p) => p.value === provider)
    ? providers
    : [...providers, { value: provider, label: providerName(provider) }];
  const choose = (next: string) => {
    setProvider(next);
    onProvider(next);
  };
  return (
    <>
      <Field label="Provider" error={errorAt(failure, "credential.provider")}>
        {(d) => (
          <Select {...d} name="provider" value={provider} onChange={(e) => choose(e.target.value)} options={options} />
        )}
      </Field>
      <Field
        label="Sent only to"
        optional={!needsHost(provider)}
        error={errorAt(failure, "credential.hosts")}
        help={hostHelp(provider)}
      >
        {(d) => (
          <TextArea
            {...d}
            name="hosts"
            mono
            rows={2}
            required={needsHost(provider) && place !== "SLOT_KIND_URL"}
            defaultValue={now?.hosts?.join("\n") ?? ""}
          />
        )}
      </Field>
      <Field label="Place in the request" error={errorAt(failure, "credential.slot_kind")}>
        {(d) => (
          <Select {...d} name="slotKind" value={place} onChange={(e) => setPlace(e.target.value)} options={places} />
        )}
      </Field>
      {named[place] && (
        <div className={page.stack}>
          <Field
            label={named[place]}
            optional={place === "SLOT_KIND_BASIC" || place === "SLOT_KIND_SMTP"}
            error={errorAt(failure, "credential.slot_name")}
          >
            {(d) => <Input {...d} name="slotName" mono maxLength={128} defaultValue={now?.slotName ?? ""} />}
          </Field>
          {place === "SLOT_KIND_HEADER" && (
            <Field label="Text before the value" optional help="Such as “Bot ” or “Token ”.">
              {(d) => <Input {...d} name="slotPrefix" mono maxLength={64} defaultValue={now?.slotPrefix ?? ""} />}
            </Field>
          )}
        </div>
      )}
    </>
  );
}

const named: Record<string, string> = {
  SLOT_KIND_HEADER: "Name of the header",
  SLOT_KIND_QUERY: "Name of the parameter",
  SLOT_KIND_BASIC: "User name",
  SLOT_KIND_BODY: "JSON pointer",
  SLOT_KIND_SMTP: "User name",
};

// unitOf reads what UnitFields and ValueField hold.
export function unitOf(form: FormData): Credential {
  const slotKind = textOf(form, "slotKind") as NonNullable<Credential["slotKind"]>;
  return {
    provider: textOf(form, "provider"),
    hosts: textOf(form, "hosts")
      .split(/[\s,]+/)
      .filter(Boolean),
    value: textOf(form, "value").trim(),
    ...(slotKind && {
      slotKind,
      slotName: textOf(form, "slotName").trim(),
      slotPrefix: textOf(form, "slotPrefix"),
    }),
  };
}
