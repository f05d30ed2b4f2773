package strict

import (
	"net/http"
	"regexp"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	registryv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/registry/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
)

// method is a method of the contract as HTTP reaches it.
type method struct {
	Verb string
	// Pattern is the path as grpc-gateway writes it: "/v1/{name=workspaces/*}".
	Pattern string
	// Shape matches the paths of the pattern.
	Shape *regexp.Regexp
	// Path holds the fields that the path gives: "parent", "workflow.name".
	Path map[string]bool
	// Body is the field that the body gives: "*" for all, "" if there is no body.
	Body  string
	Input protoreflect.MessageType
	// AnyQuery allows unknown query parameters. People share the address of a link, and
	// other programs append parameters of their own ("utm_source", "fbclid"). A parameter
	// with "key" in its name is refused nevertheless.
	AnyQuery bool
}

// Route identifies the method in grpc-gateway.
func (m *method) Route() string { return m.Verb + " " + m.Pattern }

// methods returns all methods that have a path. They come from the descriptors, so that
// a new method is checked without a line of code.
func methods() []*method {
	var all []*method
	for _, file := range []protoreflect.FileDescriptor{
		vaultv1.File_keyhole_vault_v1_vault_proto, registryv1.File_keyhole_registry_v1_registry_proto,
		sharingv1.File_keyhole_sharing_v1_sharing_proto, runnerv1.File_keyhole_runner_v1_runner_proto,
	} {
		for i := range file.Services().Len() {
			described := file.Services().Get(i).Methods()
			for j := range described.Len() {
				if m := methodOf(described.Get(j)); m != nil {
					all = append(all, m)
				}
			}
		}
	}
	return all
}

var pathVariable = regexp.MustCompile(`\{([^}=]+)(=[^}]+)?\}`)

func methodOf(d protoreflect.MethodDescriptor) *method {
	rule, _ := proto.GetExtension(d.Options(), annotations.E_Http).(*annotations.HttpRule)
	verb, path := verbOf(rule)
	input, err := protoregistry.GlobalTypes.FindMessageByName(d.Input().FullName())
	if verb == "" || err != nil { // an upload: package api serves it
		return nil
	}
	m := &method{Verb: verb, Path: map[string]bool{}, Body: rule.GetBody(), Input: input}
	m.Pattern = pathVariable.ReplaceAllStringFunc(path, func(v string) string {
		name, pattern, typed := strings.Cut(strings.Trim(v, "{}"), "=")
		if !typed {
			pattern = "*"
		}
		m.Path[name] = true
		return "{" + name + "=" + pattern + "}"
	})
	shape := pathVariable.ReplaceAllStringFunc(m.Pattern, func(v string) string {
		_, pattern, _ := strings.Cut(strings.Trim(v, "{}"), "=")
		return pattern
	})
	m.AnyQuery = verb == http.MethodGet && m.Pattern == "/v1/shared/{token=*}"
	m.Shape = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(shape), `\*`, "[^/]+") + "$")
	return m
}

func verbOf(rule *annotations.HttpRule) (verb, path string) {
	switch p := rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, p.Get
	case *annotations.HttpRule_Post:
		return http.MethodPost, p.Post
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, p.Patch
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, p.Delete
	}
	return "", ""
}

// fieldOf finds a field by its JSON name or its proto name, or returns nil.
func fieldOf(d protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if f := d.Fields().ByJSONName(name); f != nil {
		return f
	}
	return d.Fields().ByName(protoreflect.Name(name))
}

// wellKnown reports whether a message has its own form in JSON. The names of its fields
// then do not occur in a request.
func wellKnown(d protoreflect.MessageDescriptor) bool {
	return d.ParentFile().Package() == "google.protobuf"
}

// NotText describes a field that protobuf cannot carry as a string.
const NotText = "not UTF-8"
