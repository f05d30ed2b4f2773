package workflow

import "github.com/keyhole-dev/keyhole/deploy/cli"

// Commands are the commands for workflows.
type Commands struct {
	cli.Connection

	Create   workflowCreate   `cmd:"" help:"Save a definition as a new workflow."`
	Update   workflowUpdate   `cmd:"" help:"Save a definition as a new version, or change the title or description."`
	List     workflowList     `cmd:"" help:"List workflows."`
	Get      workflowGet      `cmd:"" help:"Print a workflow's definition."`
	Delete   workflowDelete   `cmd:"" help:"Move a workflow to the trash for 30 days. Its shares stop working."`
	Undelete workflowUndelete `cmd:"" help:"Take a workflow out of the trash."`
	Purge    workflowPurge    `cmd:"" help:"Permanently delete a workflow in the trash, with its versions and links (owners only)."`
	Versions workflowVersions `cmd:"" help:"List the versions of a workflow, newest first."`
	Version  workflowVersion  `cmd:"" help:"Print the definition of one version."`
	Restore  workflowRestore  `cmd:"" help:"Create a new version with the definition of an old one."`
	Inspect  workflowInspect  `cmd:"" help:"Show inputs, outputs, slots, models and problems of a workflow."`
	Check    workflowCheck    `cmd:"" help:"Show the same for a definition that is not saved."`
	Run      workflowRun      `cmd:"" help:"Run one of your workflows."`
	Draft    workflowDraft    `cmd:"" help:"Work on a workflow before you publish it."`
}
