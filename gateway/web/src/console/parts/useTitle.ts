import { useEffect } from "react";

// useTitle names the document.
export function useTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Keyhole` : "Keyhole";
  }, [title]);
}
