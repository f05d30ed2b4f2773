// Package model has the commands for models and their versions, and shows the progress of an
// upload. The registry checks an uploaded model; this package does not open it.
package model
