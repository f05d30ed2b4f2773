import { Button } from "../ui/Button";

// Download saves data from memory, without another request to the server.
export function Download({ name, make, label }: { name: string; make: () => Blob; label: string }) {
  const save = () => {
    const url = URL.createObjectURL(make());
    const a = document.createElement("a");
    a.href = url;
    a.download = name;
    a.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return (
    <Button look="ghost" icon="download" onClick={save}>
      {label}
    </Button>
  );
}
