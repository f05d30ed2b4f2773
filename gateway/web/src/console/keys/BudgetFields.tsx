import { useState } from "react";
import type { Failure } from "../../api/failure";
import type { Budget } from "../../api/manage";
import { Field, Input } from "../../ui/Field";
import { Select } from "../../ui/Select";
import { errorAt, textOf } from "../parts/FormDialog";
import { periodOf } from "./budget";

// BudgetFields set what a key may be charged.
export function BudgetFields({ failure, now }: { failure: Failure | null; now?: Budget }) {
  const [limited, setLimited] = useState(now !== undefined);
  return (
    <>
      <Field label="Limit">
        {(d) => (
          <Select
            {...d}
            name="limited"
            value={limited ? "yes" : "no"}
            onChange={(e) => setLimited(e.target.value === "yes")}
            options={[
              { value: "no", label: "No limit" },
              { value: "yes", label: "A number of runs" },
            ]}
          />
        )}
      </Field>
      {limited && (
        <>
          <Field label="Runs" error={errorAt(failure, "key.budget") || errorAt(failure, "key.budget.runs")}>
            {(d) => (
              <Input
                {...d}
                name="runs"
                type="number"
                required
                min={0}
                max={1_000_000_000}
                defaultValue={now?.runs ?? "1000"}
              />
            )}
          </Field>
          <Field label="In" help="Days and months are in UTC.">
            {(d) => (
              <Select
                {...d}
                name="period"
                defaultValue={periodOf(now ?? {})}
                options={[
                  { value: "PERIOD_DAY", label: "a day" },
                  { value: "PERIOD_MONTH", label: "a month" },
                  { value: "PERIOD_LIFETIME", label: "all its life" },
                ]}
              />
            )}
          </Field>
          <Field
            label="Pictures"
            optional
            help="A list of pictures is one run with many pictures. 0 means ten for each run."
          >
            {(d) => (
              <Input
                {...d}
                name="pictures"
                type="number"
                min={0}
                max={1_000_000_000}
                defaultValue={now?.pictures ?? "0"}
              />
            )}
          </Field>
        </>
      )}
    </>
  );
}

// budgetOf reads the fields; null means no limit.
export function budgetOf(form: FormData): Budget | null {
  if (textOf(form, "limited") !== "yes") return null;
  return {
    runs: textOf(form, "runs") || "0",
    pictures: textOf(form, "pictures") || "0",
    period: textOf(form, "period") as NonNullable<Budget["period"]>,
  };
}
