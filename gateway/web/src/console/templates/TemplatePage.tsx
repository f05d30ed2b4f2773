import { lazy, Suspense, useMemo } from "react";
import type { Output, RunResponse } from "../../api/client";
import type { Template } from "../../api/templates";
import type { Result } from "../../run/useRun";
import { Button } from "../../ui/Button";
import { Skeleton } from "../../ui/Skeleton";
import { Tag } from "../../ui/Tag";
import { Crumbs } from "../parts/Crumbs";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { pathOf } from "../routes";
import { useMe } from "../session";
import { Needs } from "./Needs";
import { useMake, useTemplate } from "./useTemplates";
import style from "./Templates.module.css";

const Results = lazy(() => import("../../result/Results"));
const Markdown = lazy(() => import("../../result/Markdown"));

// TemplatePage shows one template: its guide, its sample and the example result.
export default function TemplatePage({ id }: { id: string }) {
  const { workspace } = useMe();
  const { data, error, refetch } = useTemplate(id);
  const make = useMake();
  const title = data?.title ?? id;
  useTitle(title);
  return (
    <>
      <Crumbs list="Templates" href={pathOf.templates(workspace)} here={title} />
      <div className={page.head}>
        <h1 className={page.title}>{title}</h1>
        <Button look="filled" icon="plus" busy={make.isPending} disabled={!data} onClick={() => make.mutate(id)}>
          Use this template
        </Button>
      </div>
      {error && <Trouble failure={error} onRetry={() => void refetch()} />}
      {make.error && <Trouble failure={make.error} />}
      {!data && !error && <Skeleton height={240} />}
      {data && <About template={data} />}
    </>
  );
}

function About({ template }: { template: Template }) {
  const sample = sampleOf(template);
  return (
    <>
      <p className={page.lead}>{template.summary}.</p>
      <p className={style.under}>
        <Needs template={template} />
      </p>
      <div className={style.parts}>
        <section className={page.panel} aria-labelledby="guide">
          <h2 className={page.sub} id="guide">
            Guide
          </h2>
          <Suspense fallback={<Skeleton height={120} />}>
            <Markdown text={template.guide ?? ""} below={2} />
          </Suspense>
        </section>
        <div className={style.side}>
          <section className={page.panel} aria-labelledby="sample">
            <h2 className={page.sub} id="sample">
              Sample
            </h2>
            {sample && <img className={style.sample} src={sample} alt="The sample picture" />}
            <p className={page.quiet}>{template.credit}.</p>
          </section>
          <section className={page.panel} aria-labelledby="example">
            <h2 className={page.sub} id="example">
              Result <Tag tone="accent">Example</Tag>
            </h2>
            <Suspense fallback={<Skeleton height={120} />}>
              <Example template={template} />
            </Suspense>
            <p className={page.quiet}>
              {template.exampleFromRun
                ? "This is the result of a run on the sample."
                : "Written by hand: a provider's answer differs from run to run."}
            </p>
          </section>
        </div>
      </div>
    </>
  );
}

function Example({ template }: { template: Template }) {
  const result = useMemo<Result>(() => {
    const outputs = [template.example] as RunResponse["outputs"];
    const shown = sampleOf(template) ?? "";
    const sample = { from: "sample" as const, name: "sample.jpg", shown, width: 0, height: 0 };
    return { response: { outputs }, given: { texts: {}, pictures: { sample } }, took: 0 };
  }, [template]);
  const definition = template.definition as { outputs?: Output[] } | undefined;
  return <Results result={result} outputs={(definition?.outputs ?? []).map(({ name }) => ({ name }))} raw={false} />;
}

// sampleOf is the picture among the inputs of a run on the sample.
function sampleOf(template: Template): string | undefined {
  const inputs = Object.values((template.inputs ?? {}) as Record<string, { type?: string; value?: string }>);
  const picture = inputs.find((v) => v.type === "base64");
  return picture && `data:image/jpeg;base64,${picture.value}`;
}
