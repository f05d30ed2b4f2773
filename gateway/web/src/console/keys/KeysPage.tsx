import { useState } from "react";
import { Button } from "../../ui/Button";
import page from "../parts/Page.module.css";
import { Search } from "../parts/Search";
import { useTitle } from "../parts/useTitle";
import { pathOf, useAddress } from "../routes";
import { useMe } from "../session";
import { CreateKey } from "./CreateKey";
import { KeyList } from "./KeyList";

// KeysPage lists the keys that pay for runs. A key itself is shown once, when it is made.
export default function KeysPage() {
  useTitle("Keys");
  const { workspace } = useMe();
  const words = useAddress().query.get("q") ?? "";
  const [making, setMaking] = useState(false);
  return (
    <>
      <div className={page.head}>
        <h1 className={page.title}>Keys</h1>
        <Search label="Search keys" />
        <Button look="filled" icon="plus" onClick={() => setMaking(true)}>
          Create a key
        </Button>
      </div>
      <p className={page.hintLine}>Every run is charged to one key. A budget limits what it may cost.</p>
      <KeyList workspace={workspace} words={words} hrefOf={(key) => pathOf.key(workspace, key)} />
      {making && <CreateKey workspace={workspace} onClose={() => setMaking(false)} />}
    </>
  );
}
