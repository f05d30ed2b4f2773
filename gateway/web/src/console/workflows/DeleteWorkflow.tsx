import { useQueryClient } from "@tanstack/react-query";
import { deleteWorkflow, type WorkflowPath } from "../../api/owner";
import { useToast } from "../../ui/Toast";
import { Confirm } from "../parts/Confirm";
import { navigate, pathOf } from "../routes";

interface Props {
  path: WorkflowPath;
  title: string;
  onClose: () => void;
}

// DeleteWorkflow asks, and moves a workflow to the trash.
export default function DeleteWorkflow({ path, title, onClose }: Props) {
  const queries = useQueryClient();
  const say = useToast();
  const remove = async () => {
    await deleteWorkflow(path);
    void queries.invalidateQueries({ queryKey: ["workflows", path.workspace] });
    void queries.invalidateQueries({ queryKey: ["trash", path.workspace] });
    queries.removeQueries({ queryKey: ["workflow", path.workspace, path.workflow] });
    say(`${title} is in the trash`);
    navigate(pathOf.workflows(path.workspace));
  };
  return (
    <Confirm
      title={`Delete ${title}?`}
      text="It goes to the trash for 30 days, and its links stop working immediately. You can restore it from the trash."
      action="Move to the trash"
      danger
      onConfirm={remove}
      onClose={onClose}
      stays
    />
  );
}
