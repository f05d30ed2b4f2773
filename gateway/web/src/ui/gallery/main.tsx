// The gallery shows every component with its states. The tests look at it; no program serves it.
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../theme.css";
import { applyTheme, themeOf } from "../theme";
import { Gallery } from "./Gallery";

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
if (nonce) setNonce(nonce);
applyTheme(themeOf(new URLSearchParams(window.location.search).get("theme")));

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Gallery />
  </StrictMode>,
);
