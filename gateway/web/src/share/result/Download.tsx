import { Icon } from "../../ui/icons";

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
    <button type="button" className="button quiet small" onClick={save}>
      <Icon name="download" /> {label}
    </button>
  );
}
