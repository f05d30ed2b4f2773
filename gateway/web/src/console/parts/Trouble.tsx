import type { Failure } from "../../api/failure";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Tag";
import page from "./Page.module.css";
import { failureWords } from "./words";

interface Props {
  failure: Failure;
  onRetry?: () => void;
  page?: boolean; // instead of a page
}

// Trouble says what failed.
export function Trouble({ failure, onRetry, page: whole }: Props) {
  const { title, text } = failureWords(failure);
  const notice = (
    <Notice tone="bad" role="alert">
      <strong>{title}.</strong> {text}
      {onRetry && (
        <p>
          <Button look="link" onClick={onRetry}>
            Try again
          </Button>
        </p>
      )}
    </Notice>
  );
  return whole ? (
    <main className={page.middle}>
      <h1 className="sr-only">Keyhole</h1>
      {notice}
    </main>
  ) : (
    notice
  );
}
