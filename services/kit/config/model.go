package config

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"
)

// envPrefix is the prefix of all variables.
const envPrefix = "KEYHOLE"

// model returns kong's view of the settings, for Dump and Reference.
func model(program string, cfg any) (*kong.Kong, error) {
	// Kong sets defaults in its target, so this is a copy.
	fresh := reflect.New(reflect.TypeOf(cfg).Elem())
	fresh.Elem().Set(reflect.ValueOf(cfg).Elem())
	parser, err := kong.New(fresh.Interface(), kong.Name(program), kong.DefaultEnvars(envPrefix))
	if err != nil {
		return nil, fmt.Errorf("settings of %s: %w", program, err)
	}
	return parser, nil
}

func sortedFlags(all []*kong.Flag) []*kong.Flag {
	var flags []*kong.Flag
	for _, f := range all {
		if f.Name != "help" && !f.Hidden {
			flags = append(flags, f)
		}
	}
	slices.SortFunc(flags, func(a, b *kong.Flag) int { return cmp.Compare(a.Name, b.Name) })
	return flags
}
