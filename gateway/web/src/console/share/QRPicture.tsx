import { encode } from "uqr";
import { Button } from "../../ui/Button";
import { save } from "../../ui/save";
import style from "./More.module.css";

// QRPicture draws a QR code as one path: black on white in both themes, as readers need it.
export default function QRPicture({ text }: { text: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const path = data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .filter(Boolean)
    .join("");
  const download = () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"><rect width="100%" height="100%" fill="#fff"/><path d="${path}"/></svg>`;
    save("link.svg", new Blob([svg], { type: "image/svg+xml" }));
  };
  return (
    <div className={style.qr}>
      <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the link" shapeRendering="crispEdges">
        <rect width={size} height={size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <div>
        <p>Opens the link on a phone.</p>
        <Button icon="download" onClick={download}>
          SVG
        </Button>
      </div>
    </div>
  );
}
