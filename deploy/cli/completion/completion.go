package completion

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Write writes the script for bash, zsh or fish. It holds every command and flag of the
// program: completing starts no program and asks no server.
func Write(out io.Writer, shell, program string, root *kong.Node) error {
	write := map[string]func(io.Writer, []words) error{"bash": bash, "zsh": zsh, "fish": fish}[shell]
	if write == nil {
		return fmt.Errorf("no completion for the shell %q: want bash, zsh or fish", shell)
	}
	return write(out, wordsOf(root, program))
}

// words are the words that may follow a command: its subcommands and flags.
type words struct {
	command  string
	children []string
	flags    []string
}

func wordsOf(node *kong.Node, command string) []words {
	w := words{command: command}
	for _, flags := range node.AllFlags(true) {
		for _, flag := range flags {
			w.flags = append(w.flags, "--"+flag.Name)
		}
	}
	slices.Sort(w.flags)
	w.flags = slices.Compact(w.flags)
	all := []words{}
	for _, child := range node.Children {
		if child.Hidden || child.Type != kong.CommandNode {
			continue
		}
		w.children = append(w.children, child.Name)
		all = append(all, wordsOf(child, command+" "+child.Name)...)
	}
	return append([]words{w}, all...)
}

// bash writes a function that finds the longest command on the line. File names are
// the fallback, for arguments and values of flags.
func bash(out io.Writer, all []words) error {
	var b strings.Builder
	b.WriteString("_keyhole() {\n  local words='' at=keyhole word\n  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n    case \"$at $word\" in\n")
	for _, w := range all[1:] {
		fmt.Fprintf(&b, "      '%s') at='%s' ;;\n", w.command, w.command)
	}
	b.WriteString("    esac\n  done\n  case \"$at\" in\n")
	for _, w := range all {
		fmt.Fprintf(&b, "    '%s') words='%s' ;;\n", w.command, strings.Join(append(slices.Clone(w.children), w.flags...), " "))
	}
	b.WriteString("  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -F _keyhole keyhole\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// zsh uses zsh's own support for bash completions.
func zsh(out io.Writer, all []words) error {
	if _, err := io.WriteString(out, "autoload -U +X bashcompinit && bashcompinit\n"); err != nil {
		return err
	}
	return bash(out, all)
}

func fish(out io.Writer, all []words) error {
	var b strings.Builder
	for _, w := range all {
		path := strings.Fields(w.command)[1:]
		condition := "__fish_use_subcommand"
		if len(path) > 0 {
			condition = "__fish_seen_subcommand_from " + path[0]
		}
		if len(path) > 1 {
			condition += "; and __fish_seen_subcommand_from " + path[1]
		}
		for _, child := range w.children {
			fmt.Fprintf(&b, "complete -c keyhole -n '%s' -a %s\n", condition, child)
		}
		for _, flag := range w.flags {
			fmt.Fprintf(&b, "complete -c keyhole -n '%s' -l %s\n", condition, strings.TrimPrefix(flag, "--"))
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
