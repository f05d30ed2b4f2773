import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { Failure } from "../../api/failure";
import type { Page } from "../../api/owner";

// useList reads a list page by page. A new key keeps the old rows until its own arrive.
export function useList<T>(key: readonly unknown[], read: (pageToken: string) => Promise<Page<T>>) {
  const query = useInfiniteQuery<Page<T>, Failure, { pages: Page<T>[] }, readonly unknown[], string>({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.next || undefined,
    placeholderData: keepPreviousData,
  });
  return { ...query, rows: query.data?.pages.flatMap((p) => p.rows) ?? [], total: query.data?.pages[0]?.total };
}
