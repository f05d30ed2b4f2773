import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import type { Whoami } from "../api/client";
import type { Failure } from "../api/failure";
import { me } from "../api/session";
import { Frame } from "./frame/Frame";
import { Missing } from "./parts/Missing";
import { Trouble } from "./parts/Trouble";
import { PaletteHost } from "./palette/PaletteHost";
import { navigate, pathOf, routeOf, useAddress, type Route } from "./routes";
import { MeProvider, meOf, type Me } from "./session";
import { backTo } from "./signin/back";
import { SignIn } from "./signin/SignIn";
import { WorkflowsPage } from "./workflows/WorkflowsPage";

// Pages that few people need first are loaded when they are opened.
const Join = lazy(() => import("./signin/Join").then((m) => ({ default: m.Join })));
const SignUp = lazy(() => import("./signin/SignUp").then((m) => ({ default: m.SignUp })));
const CommandLinePage = lazy(() => import("./signin/CommandLinePage"));
const WorkflowPage = lazy(() => import("./workflows/WorkflowPage"));
const EditorPage = lazy(() => import("../editor/EditorPage"));
const TemplatesPage = lazy(() => import("./templates/TemplatesPage"));
const TemplatePage = lazy(() => import("./templates/TemplatePage"));
const RunsPage = lazy(() => import("./runs/RunsPage"));
const PeoplePage = lazy(() => import("./people/PeoplePage"));
const CredentialsPage = lazy(() => import("./credentials/CredentialsPage"));
const CredentialPage = lazy(() => import("./credentials/CredentialPage"));
const ModelsPage = lazy(() => import("./models/ModelsPage"));
const ModelPage = lazy(() => import("./models/ModelPage"));
const KeysPage = lazy(() => import("./keys/KeysPage"));
const KeyPage = lazy(() => import("./keys/KeyPage"));
const UsagePage = lazy(() => import("./usage/UsagePage"));
const AuditPage = lazy(() => import("./audit/AuditPage"));
const RunPage = lazy(() => import("./runs/RunPage"));
const TrashPage = lazy(() => import("./workflows/TrashPage"));
const WorkspacesPage = lazy(() => import("./workspaces/WorkspacesPage"));
const WorkspacePage = lazy(() => import("./workspaces/WorkspacePage"));
const ReportsPage = lazy(() => import("./reports/ReportsPage"));
const SessionsPage = lazy(() => import("./sessions/SessionsPage"));

// Root shows the page of the address if somebody is signed in, and the sign-in page otherwise. The address stays, so
// that signing in leads to the requested page.
export function Root({ code }: { code: string }) {
  const [unused, setUnused] = useState(code);
  const queries = useQueryClient();
  const who = useQuery<Whoami | null, Failure>({
    queryKey: ["me"],
    queryFn: () => me((guest) => queries.setQueryData(["guest"], guest)),
    staleTime: 60_000,
  });
  const address = useAddress();
  if (who.isPending) return null;
  if (who.error && !who.data) return <Trouble failure={who.error} onRetry={() => void who.refetch()} page />;
  const route = routeOf(address.pathname);
  const invited = unused.startsWith("khi_");
  const back = backTo(address.query);
  const done = async () => {
    if (back) return window.location.assign(back);
    if (invited || route.page === "sign-up") navigate("/app", true);
    setUnused("");
    queries.removeQueries({ predicate: (q) => q.queryKey[0] !== "me" }); // of the person who was signed in before
    await queries.invalidateQueries({ queryKey: ["me"] });
  };
  const drop = () => (setUnused(""), navigate("/app", true));
  if (invited) return <Join code={unused} now={who.data ? meOf(who.data).workspace : ""} onDone={done} onDrop={drop} />;
  if (!who.data && route.page === "sign-up") return <SignUp forking={!!back} onDone={done} />;
  if (!who.data || unused)
    return <SignIn code={unused} query={address.query} onDone={done} onDrop={() => setUnused("")} />;
  const mine = meOf(who.data);
  return (
    <MeProvider value={mine}>
      <Page key={address.pathname} route={route} back={back} me={mine} />
      <PaletteHost />
    </MeProvider>
  );
}

function Page({ route, back, me }: { route: Route; back: string; me: Me }) {
  useEffect(() => {
    if (back) window.location.replace(back);
    else if (route.page === "sign-up") navigate("/app", true);
    else if (route.page === "home") navigate(homeOf(me), true);
  }, [route.page, back, me]);
  if (route.page === "home") return null;
  if (route.page === "edit" && !me.operator && route.workspace === me.workspace)
    return (
      <Suspense fallback={null}>
        <EditorPage workflow={route.workflow} />
      </Suspense>
    );
  return (
    <Frame at={route.page}>
      <Suspense fallback={null}>
        <Content route={route} me={me} />
      </Suspense>
    </Frame>
  );
}

const homeOf = (me: Me) => (me.operator ? pathOf.workspaces() : pathOf.workflows(me.workspace));

// Pages whose lists the server refuses to other roles.
const ownersOnly: Route["page"][] = ["keys", "key", "people", "audit"];
const editorsOnly: Route["page"][] = ["templates", "template", "credentials", "credential", "trash", "reports"];
const operatorsOnly: Route["page"][] = ["workspaces", "tenant", "tenant-key"];
// What an operator has in a workspace: its own. Others' it sees as tenants.
const operators: Route["page"][] = ["usage", "models", "model", "keys", "key", "audit", "reports", "sessions"];

// forWhom says who may open a page, if the signed-in role may not.
function forWhom(page: Route["page"], me: Me): string {
  if (operatorsOnly.includes(page)) return me.operator ? "" : "For operators";
  if (me.operator) return operators.includes(page) ? "" : "For members of a workspace";
  if (ownersOnly.includes(page) && !me.owner) return "For owners";
  return editorsOnly.includes(page) && !me.editor ? "For owners and editors" : "";
}

function ForRole({ title, me }: { title: string; me: Me }) {
  return (
    <Missing title={title}>
      Your role in {me.workspace} is {me.role}.
      {!me.operator && title !== "For operators" && " An owner of the workspace can change it."}
    </Missing>
  );
}

function Content({ route, me }: { route: Route; me: Me }) {
  if (route.page === "unknown" || route.page === "home" || route.page === "sign-up") {
    return <Missing title="Page not found">Check the address, or pick a page on the left.</Missing>;
  }
  if (route.page === "command-line") return <CommandLinePage />;
  const whom = forWhom(route.page, me);
  if (whom) return <ForRole title={whom} me={me} />;
  if (route.page === "workspaces") return <WorkspacesPage />;
  if (route.page === "tenant") return <WorkspacePage id={route.tenant} />;
  if (route.page === "tenant-key") return <KeyPage id={route.id} tenant={route.tenant} />;
  if (route.workspace !== me.workspace) {
    return (
      <Missing title="Another workspace">
        Your key belongs to workspace {me.workspace}. Sign out, and sign in with a key of {route.workspace}.
      </Missing>
    );
  }
  switch (route.page) {
    case "workflows":
      return <WorkflowsPage />;
    case "edit": // has the whole window; see Page
      return null;
    case "workflow":
      return <WorkflowPage workflow={route.workflow} />;
    case "templates":
      return <TemplatesPage />;
    case "template":
      return <TemplatePage id={route.id} />;
    case "runs":
      return <RunsPage />;
    case "run":
      return <RunPage id={route.id} />;
    case "trash":
      return <TrashPage />;
    case "people":
      return <PeoplePage />;
    case "credentials":
      return <CredentialsPage />;
    case "credential":
      return <CredentialPage credential={route.id} />;
    case "models":
      return <ModelsPage />;
    case "model":
      return <ModelPage id={route.id} />;
    case "keys":
      return <KeysPage />;
    case "key":
      return <KeyPage id={route.id} />;
    case "usage":
      return <UsagePage />;
    case "reports":
      return <ReportsPage />;
    case "audit":
      return <AuditPage />;
    case "sessions":
      return <SessionsPage />;
  }
}
