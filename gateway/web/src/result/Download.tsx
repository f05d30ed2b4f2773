import { Button } from "../ui/Button";
import { save } from "../ui/save";

// Download saves data from memory, without another request to the server.
export function Download({ name, make, label }: { name: string; make: () => Blob; label: string }) {
  return (
    <Button look="ghost" icon="download" onClick={() => save(name, make())}>
      {label}
    </Button>
  );
}
