package cli

import (
	"io"
	"os"

	"github.com/keyhole-dev/keyhole/deploy/cli/show"
)

// Object is a JSON object of the API.
type Object = show.Object

// App is the environment of a command: its input and output, and the connection that its
// flags describe.
type App struct {
	Out  io.Writer
	In   io.Reader
	Conn *Connection
}

// Print returns the printer for replies.
func (a *App) Print() show.Printer { return show.New(a.Out, a.Conn.JSON) }

// File reads a file, or standard input for "-".
func (a *App) File(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(a.In)
	}
	return os.ReadFile(name)
}

// AfterApply is kong's hook. It hands the connection of the chosen command to the command.
func (c *Connection) AfterApply(a *App) error {
	a.Conn = c
	return nil
}
