import { useState } from "react";
import type { Failure } from "../../api/failure";
import { deleteCredential, type CredentialPath } from "../../api/manage";
import { Checkbox } from "../../ui/Field";
import { Confirm } from "../parts/Confirm";
import page from "../parts/Page.module.css";

interface Props {
  path: CredentialPath;
  inUse: boolean;
  onClose: () => void;
  onDone: () => void;
}

// DeleteCredential destroys a credential. If it is in use, it asks for confirmation, which the server requires too.
export function DeleteCredential({ path, inUse, onClose, onDone }: Props) {
  const [force, setForce] = useState(false);
  const [found, setFound] = useState<string[]>([]);
  const remove = async () => {
    try {
      await deleteCredential(path, force);
    } catch (cause) {
      const failure = cause as Failure;
      if (failure.reason === "IN_USE") setFound(failure.violations.map((v) => v.field));
      throw cause;
    }
    onDone();
  };
  return (
    <Confirm
      title={`Delete ${path.credential}?`}
      text="Its value is destroyed within a second, and runs that use it fail. This cannot be undone."
      action="Delete the credential"
      danger
      onConfirm={remove}
      onClose={onClose}
    >
      {(inUse || found.length > 0) && (
        <div className={page.plain}>
          {found.length > 0 && (
            <ul>
              {found.map((name) => (
                <li key={name}>{name.split("/").slice(2).join("/")}</li>
              ))}
            </ul>
          )}
          <Checkbox
            checked={force}
            onChange={(e) => setForce(e.target.checked)}
            label="Delete it although links or workflows use it. They stop working."
          />
        </div>
      )}
    </Confirm>
  );
}
