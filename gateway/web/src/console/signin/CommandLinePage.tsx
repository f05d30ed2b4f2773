import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { approveLogin } from "../../api/manage";
import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { Facts } from "../parts/Facts";
import { Missing } from "../parts/Missing";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { useTitle } from "../parts/useTitle";
import { useAddress } from "../routes";
import { useMe } from "../session";
import { answerTo, codeOf, commandLineOf, type CommandLine } from "./commandLine";

// CommandLinePage asks whether keyhole login on this computer may act as the person who is signed in here.
export default function CommandLinePage() {
  useTitle("Sign in a command line");
  const line = commandLineOf(useAddress().query);
  if (!line) return <Missing title="Not a sign-in">Run keyhole login again, and open the link that it prints.</Missing>;
  return <Ask line={line} />;
}

function Ask({ line }: { line: CommandLine }) {
  const me = useMe();
  const code = useQuery({ queryKey: ["code of", line.challenge], queryFn: () => codeOf(line.challenge) });
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const approve = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { code: given } = await approveLogin(line.challenge);
      window.location.replace(answerTo(line, { code: given ?? "" }));
    } catch (cause) {
      setFailure(cause as Failure);
      setBusy(false);
    }
  };
  return (
    <div className={page.stack}>
      <div className={page.head}>
        <h1 className={page.title}>Sign in the command line on this computer?</h1>
      </div>
      <section className={page.panel} aria-label="The command line">
        <Facts
          facts={[
            ["Code", <strong key="code">{code.data ?? "…"}</strong>],
            ["Acts in", me.workspace],
            ["With key", me.keyTitle || "The key that you signed in with"],
            ["Role", me.owner ? "owner" : me.role],
          ]}
        />
        <p className={page.section}>
          Approve only if you ran <code>keyhole login</code> on this computer just now and it shows the same code. If
          somebody sent you here, cancel. The command line is signed out when this browser signs out.
        </p>
        {failure && <Trouble failure={failure} />}
        <div className={page.buttons}>
          <Button look="filled" size={44} busy={busy} disabled={!code.data} onClick={() => void approve()}>
            Approve
          </Button>
          <Button size={44} onClick={() => window.location.replace(answerTo(line, { error: "refused" }))}>
            Cancel
          </Button>
        </div>
      </section>
    </div>
  );
}
