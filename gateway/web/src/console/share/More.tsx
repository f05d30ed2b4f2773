import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useId, useState } from "react";
import type { Failure } from "../../api/failure";
import { inspect, type Inspection, type Share } from "../../api/owner";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/Skeleton";
import { Trouble } from "../parts/Trouble";
import { pathOfShare, type Form } from "./share";
import style from "./More.module.css";

const MoreSettings = lazy(() => import("./MoreSettings"));

interface Props {
  share: Share;
  form: Form;
  set: (part: Partial<Form>) => void;
  // Whether all changes are saved.
  saved: boolean;
  onChanged: () => Promise<void>;
}

// More contains the settings that few owners change.
export function More(props: Props) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <section className={style.more}>
      <h3>
        <button
          type="button"
          className={style.open}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
        >
          <strong>More</strong>
          <span>version, expiry, forks, page, samples, embedding</span>
          <Icon name={open ? "up" : "down"} />
        </button>
      </h3>
      <div id={id} hidden={!open}>
        {open && (
          <Suspense fallback={<Skeleton height={120} />}>
            <OfVersion {...props} />
          </Suspense>
        )}
      </div>
    </section>
  );
}

// OfVersion reads which inputs and outputs the version of the link has.
function OfVersion(props: Props) {
  const path = pathOfShare(props.share);
  const version = props.form.followLive ? 0 : props.form.version;
  const found = useQuery<Inspection, Failure>({
    queryKey: ["inspection", path.workspace, path.workflow, version],
    queryFn: () => inspect(path, version),
  });
  if (found.error) return <Trouble failure={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton height={120} />;
  return <MoreSettings {...props} inspection={found.data} />;
}
