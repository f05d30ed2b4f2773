// The share page and its frame.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/theme.css";
import "./share/first.css";
import { linkOf } from "./share/link";
import { SharePage } from "./share/SharePage";
import { applyTheme } from "./ui/theme";

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);

const link = linkOf(window.location);
applyTheme(link?.theme);

const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: true, staleTime: 5_000 } },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>{link && <SharePage link={link} />}</QueryClientProvider>
  </StrictMode>,
);
