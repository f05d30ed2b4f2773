package show

import (
	"regexp"
	"strings"
	"sync"

	"google.golang.org/protobuf/reflect/protoreflect"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// words maps each enumeration value of the API to its word without the enumeration's name:
// SHARE_STATE_ACTIVE to "active".
var words = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	for _, file := range []protoreflect.FileDescriptor{
		sharingv1.File_keyhole_sharing_v1_sharing_proto, vaultv1.File_keyhole_vault_v1_vault_proto,
		registryv1.File_keyhole_registry_v1_registry_proto, runnerv1.File_keyhole_runner_v1_runner_proto,
	} {
		addWords(out, file.Enums())
		for i := range file.Messages().Len() {
			addWords(out, file.Messages().Get(i).Enums())
		}
	}
	return out
})

// Word returns the word of an enumeration value, or the text itself.
func Word(value string) string {
	if word, ok := words()[value]; ok {
		return word
	}
	return Printable(value)
}

var capital = regexp.MustCompile(`([a-z0-9])([A-Z])`)

func addWords(out map[string]string, enums protoreflect.EnumDescriptors) {
	for i := range enums.Len() {
		enum := enums.Get(i)
		prefix := strings.ToUpper(capital.ReplaceAllString(string(enum.Name()), "${1}_$2")) + "_"
		for j := range enum.Values().Len() {
			name := string(enum.Values().Get(j).Name())
			word := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(name, prefix), "_", " "))
			if word == "unspecified" {
				word = "-"
			}
			out[name] = word
		}
	}
}

// Printable puts a text on one line and replaces control characters.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '�'
		}
		return r
	}, strings.TrimSpace(s))
}
