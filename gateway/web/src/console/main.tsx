// The console of owners, and the page for signing in.
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../ui/theme.css";
import type { Failure } from "../api/failure";
import { applyTheme } from "../ui/theme";
import { Toasts } from "../ui/Toast";
import { TooltipProvider } from "../ui/Tooltip";
import { Root } from "./Root";
import { takeCode } from "./signin/code";

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);
applyTheme();
const code = takeCode(); // before anything else can read the address

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (failure, query) => {
      const reason = (failure as Failure).reason;
      const lost = reason === "UNAUTHENTICATED" || reason === "PERMISSION_DENIED";
      if (lost && query.queryKey[0] !== "me") void queries.invalidateQueries({ queryKey: ["me"] });
    },
  }),
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true, staleTime: 5_000 } },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <TooltipProvider>
        <Toasts>
          <Root code={code} />
        </Toasts>
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
