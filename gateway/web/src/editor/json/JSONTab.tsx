import { useMemo } from "react";
import { useEditing } from "../context";
import { diagnosticsOf, faultOf } from "./diagnostics";
import JSONEditor from "./JSONEditor";

// JSONTab is the document as text. Text that is not JSON stays here and changes nothing else.
export default function JSONTab({ readOnly }: { readOnly: boolean }) {
  const { document, catalogue, troubles } = useEditing();
  const { doc, broken } = document;
  const diagnostics = useMemo(
    () => (broken ? faultOf(broken.text) : diagnosticsOf(doc, [...troubles.values()].flat())),
    [doc, broken, troubles],
  );
  return (
    <JSONEditor
      text={broken?.text ?? doc.text}
      readOnly={readOnly}
      known={{ doc, blocks: catalogue.blocks, blockOf: catalogue.blockOf }}
      diagnostics={diagnostics}
      onText={document.type}
    />
  );
}
