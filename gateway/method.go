package gateway

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
	verb string
	// pattern is the path as grpc-gateway writes it: "/v1/{name=workspaces/*}".
	pattern string
	// shape is what such paths look like.
	shape *regexp.Regexp
	// path holds the fields that the path gives: "parent", "workflow.name".
	path map[string]bool
	// body is the field that the body gives, "*" for all, "" where no body is taken.
	body  string
	input protoreflect.MessageType
	// passedOn: people send each other its address, and what they send it with adds
	// parameters of its own ("utm_source", "fbclid"), which mean nothing here. A key is
	// refused all the same.
	passedOn bool
}

// route is what grpc-gateway knows a method by.
func (m *method) route() string { return m.verb + " " + m.pattern }

// methods are all that have a path, from the descriptors: a new one is among them
// by itself.
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
	if verb == "" || err != nil { // an upload, which has a handler of its own
		return nil
	}
	m := &method{verb: verb, path: map[string]bool{}, body: rule.GetBody(), input: input}
	m.pattern = pathVariable.ReplaceAllStringFunc(path, func(v string) string {
		name, pattern, typed := strings.Cut(strings.Trim(v, "{}"), "=")
		if !typed {
			pattern = "*"
		}
		m.path[name] = true
		return "{" + name + "=" + pattern + "}"
	})
	shape := pathVariable.ReplaceAllStringFunc(m.pattern, func(v string) string {
		_, pattern, _ := strings.Cut(strings.Trim(v, "{}"), "=")
		return pattern
	})
	m.passedOn = verb == http.MethodGet && m.pattern == "/v1/shared/{token=*}"
	m.shape = regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(shape), `\*`, "[^/]+") + "$")
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

// fieldOf finds a field by its name in JSON or in the contract, or returns nil.
func fieldOf(d protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if f := d.Fields().ByJSONName(name); f != nil {
		return f
	}
	return d.Fields().ByName(protoreflect.Name(name))
}

// wellKnown tells messages that have a form of their own in JSON, so that their
// fields are no names of the contract.
func wellKnown(d protoreflect.MessageDescriptor) bool {
	return d.ParentFile().Package() == "google.protobuf"
}
