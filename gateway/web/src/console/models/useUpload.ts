import { useEffect, useRef, useState } from "react";
import type { Failure } from "../../api/failure";
import { createModelVersion, deleteModelVersion, type ModelPath } from "../../api/manage";
import { putFile } from "../../api/upload";
import { numberOf } from "./words";

export interface Upload {
  part: number | null; // of the file that was sent; null while there is no upload
  failure: Failure | null;
  send: (path: ModelPath, file: File) => Promise<boolean>;
  cancel: () => void;
}

// useUpload sends a file as the next version of a model. A cancelled upload leaves no version,
// and neither does a page that closes.
export function useUpload(): Upload {
  const [part, setPart] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const send = async (path: ModelPath, file: File) => {
    const control = new AbortController();
    running.current = control;
    setPart(0);
    setFailure(null);
    let version = "";
    try {
      version = numberOf(await createModelVersion(path));
      const to = `/v1/workspaces/${path.workspace}/models/${path.model}/versions/${version}/artifact`;
      await putFile(to, file, setPart, control.signal);
      return true;
    } catch (cause) {
      setFailure(cause as Failure);
      if (control.signal.aborted && version) await deleteModelVersion({ ...path, version }).catch(() => undefined);
      return false;
    } finally {
      setPart(null);
    }
  };
  return { part, failure, send, cancel: () => running.current?.abort() };
}
