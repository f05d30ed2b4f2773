// Package peek makes small previews of what the steps of a run give, for an editor that
// shows them while the run is in progress.
//
// What it refuses: to make a preview larger than its limits, whatever a step gives; to
// leave something out without saying so; to show the text of a secret.
package peek
