package config

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// Common is embedded by every program's settings.
type Common struct {
	Reference referenceFlag `hidden:"" help:"Print the settings as a table and exit."`
	Config    string        `help:"YAML or JSON file with these settings." placeholder:"FILE" type:"path"`
	LogLevel  string        `help:"Lowest level to log." enum:"debug,info,warn,error" default:"info"`
	LogFormat string        `help:"Log format." enum:"json,text" default:"json"`
	Admin     string        `help:"Listen address of the admin endpoint: health, metrics and, on loopback, profiles. It has no TLS; keep clients away from it." default:"127.0.0.1:8082" placeholder:"ADDR"`
}

// Stop is embedded by the settings of a program that clients or load balancers call.
type Stop struct {
	Drain      time.Duration `help:"Time that work in progress has to finish after SIGTERM. Then it is cancelled and booked." default:"5m"`
	DrainPause time.Duration `help:"Time after SIGTERM in which the program still accepts work but is not ready, so that load balancers and other services look elsewhere." default:"5s"`
}

// Identity is embedded by the settings of a program that runs one service. It names the
// files that "keyhole certs" creates or that the platform mounts.
type Identity struct {
	Certs  string `help:"Folder with <service>.crt, <service>.key and ca.crt." placeholder:"DIR" type:"path"`
	Cert   string `help:"Certificate of this service, PEM. Use it instead of --certs." placeholder:"FILE" type:"path"`
	Key    string `help:"Private key of --cert, PEM." placeholder:"FILE" type:"path"`
	Bundle string `help:"Certificates of the trusted certificate authorities, PEM." placeholder:"FILE" type:"path"`
}

// Options returns the options that make a kong parser read settings as this package
// documents. Programs with commands use them directly. args is the command line, which may
// name the file.
func Options(program, description string, args []string) ([]kong.Option, error) {
	opts := []kong.Option{
		kong.Name(program), kong.Description(description), kong.DefaultEnvars(envPrefix), kong.UsageOnError(),
	}
	path := configPath(args)
	if path == "" {
		return opts, nil
	}
	file, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return append(opts, kong.Resolvers(file)), nil
}

// DropEmpty treats an empty variable as unset, because scripts and compose files write
// KEYHOLE_KEY_FILE= for a value that is not set. Programs with commands call it before they
// parse.
func DropEmpty() {
	for _, variable := range os.Environ() {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, envPrefix+"_") && value == "" {
			_ = os.Unsetenv(name) // cannot fail, because the variable exists
		}
	}
}

// Parse reads the settings of a program without commands into cfg, a pointer to
// its struct.
func Parse(program, description string, cfg any, args []string) error {
	DropEmpty()
	opts, err := Options(program, description, args)
	if err != nil {
		return err
	}
	parser, err := kong.New(cfg, opts...)
	if err != nil {
		return fmt.Errorf("settings of %s: %w", program, err)
	}
	if _, err := parser.Parse(args); err != nil {
		return fmt.Errorf("settings of %s: %w", program, err)
	}
	return nil
}

// configPath finds the file before the parser runs, because the parser needs it.
func configPath(args []string) string {
	for i, a := range args {
		if a == "--" {
			break
		}
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			return v
		}
		if a == "--config" && i+1 < len(args) {
			return args[i+1]
		}
	}
	return os.Getenv(envPrefix + "_CONFIG")
}
