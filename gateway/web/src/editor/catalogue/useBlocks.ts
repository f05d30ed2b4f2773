// The catalogue, and the schemas of the blocks that a document uses.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { getBlock, listBlocks, type Block } from "../../api/editor";
import type { Failure } from "../../api/failure";
import type { Doc } from "../model/doc";

export interface Catalogue {
  blocks: Block[];
  // By type or former type; with its schema once that has arrived.
  blockOf: (type: string) => Block | undefined;
  failure: Failure | null;
}

const forever = { staleTime: Infinity, gcTime: Infinity, refetchOnWindowFocus: false };
const none: Block[] = [];

export const blockQuery = (type: string) => ({
  queryKey: ["block", type],
  queryFn: () => getBlock(type),
  ...forever,
});

export function useBlocks(doc: Doc): Catalogue {
  const list = useQuery<Block[], Failure>({ queryKey: ["blocks"], queryFn: listBlocks, ...forever });
  const blocks = list.data ?? none;
  const byType = useMemo(() => {
    const map = new Map<string, Block>();
    for (const b of blocks) for (const t of [...(b.aliases ?? []), b.type ?? ""]) map.set(t, b);
    return map;
  }, [blocks]);
  const key = [...new Set(doc.steps.map((s) => byType.get(s.type)?.type ?? ""))].filter(Boolean).sort().join(" ");
  const types = useMemo(() => key.split(" ").filter(Boolean), [key]);
  const full = useQueries({ queries: types.map(blockQuery), combine: schemas });
  const blockOf = useCallback(
    (type: string) => {
      const basic = byType.get(type);
      return basic && (full.get(basic.type ?? "") ?? basic);
    },
    [byType, full],
  );
  return useMemo(() => ({ blocks, blockOf, failure: list.error }), [blocks, blockOf, list.error]);
}

function schemas(results: { data?: Block }[]): Map<string, Block> {
  return new Map(results.flatMap((r) => (r.data ? [[r.data.type ?? "", r.data] as const] : [])));
}
