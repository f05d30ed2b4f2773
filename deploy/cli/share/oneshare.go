package share

// OneShare names a share.
type OneShare struct {
	Share string `arg:"" help:"The share: WORKFLOW/SHARE or its name."`
}
