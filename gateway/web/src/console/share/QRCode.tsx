import { lazy, Suspense, useState } from "react";
import { Button } from "../../ui/Button";

const QRPicture = lazy(() => import("./QRPicture"));

// QRCode shows the link for a phone's camera.
export function QRCode({ link }: { link: string }) {
  const [open, setOpen] = useState(false);
  return (
    <div>
      <Button aria-expanded={open} onClick={() => setOpen(!open)}>
        QR code
      </Button>
      {open && (
        <Suspense fallback={null}>
          <QRPicture text={link} />
        </Suspense>
      )}
    </div>
  );
}
