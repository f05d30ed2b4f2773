import { Button } from "../../ui/Button";
import type { List } from "./Listing";
import page from "./Page.module.css";

type Pages = Pick<List<unknown>, "hasNextPage" | "isFetchingNextPage" | "fetchNextPage">;

// ShowMore appends the next page to a list. It is absent on the last one.
export function ShowMore({ list }: { list: Pages }) {
  if (!list.hasNextPage) return null;
  return (
    <div className={page.more}>
      <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        Show more
      </Button>
    </div>
  );
}
