import { useState } from "react";
import type { Failure } from "../../api/failure";
import { testCredential, type CredentialPath, type Tested } from "../../api/manage";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Tag";
import page from "../parts/Page.module.css";
import { Trouble } from "../parts/Trouble";
import { toneOf } from "./words";

// TestButton makes one harmless call to the provider, and says how it answered.
export function TestButton({ path, onDone }: { path: CredentialPath; onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const [tested, setTested] = useState<Tested | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      setTested(await testCredential(path));
    } catch (cause) {
      setTested(null);
      setFailure(cause as Failure);
    }
    setBusy(false);
    onDone();
  };
  return (
    <div className={page.stack}>
      <div>
        <Button icon="play" busy={busy} onClick={() => void go()}>
          Test
        </Button>
      </div>
      <p className={page.quiet}>One call to the provider that reads and costs nothing.</p>
      {tested && (
        <Notice tone={toneOf(tested)} role="status">
          {tested.message}
        </Notice>
      )}
      {failure && <Trouble failure={failure} />}
    </div>
  );
}
