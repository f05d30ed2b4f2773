package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
)

// infrastructure lists the services of gRPC itself. Everyone who can connect may call them.
var infrastructure = []string{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}

// Methods returns the methods of a server's services by their full names. The endpoint is internal
// or public.
func Methods(services map[string]grpc.ServiceInfo, internal bool) (map[string]*Method, error) {
	methods := make(map[string]*Method)
	var problems []error
	for service, info := range services {
		for _, m := range info.Methods {
			full := "/" + service + "/" + m.Name
			if slices.Contains(infrastructure, service) {
				methods[full] = &Method{roles: []accessv1.Role{accessv1.Role_ROLE_ANYONE}, quiet: true}
				continue
			}
			rule, err := find(service, m.Name, internal)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", full, err))
				continue
			}
			methods[full] = rule
		}
	}
	if len(problems) > 0 {
		return nil, fmt.Errorf("access rules: %w", errors.Join(problems...))
	}
	return methods, nil
}

func find(service, name string, internal bool) (*Method, error) {
	d, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service + "." + name))
	if err != nil {
		return nil, fmt.Errorf("find descriptor: %w", err)
	}
	md, ok := d.(protoreflect.MethodDescriptor)
	if !ok {
		return nil, errors.New("not a method")
	}
	rule, ok := proto.GetExtension(md.Options(), accessv1.E_Rule).(*accessv1.Rule)
	if !ok || rule == nil {
		return nil, errors.New("no access rule")
	}
	if err := fits(internal, rule); err != nil {
		return nil, err
	}
	path, err := fieldPath(md.Input(), rule.GetWorkspaceField())
	if err != nil {
		return nil, err
	}
	return &Method{roles: rule.GetRoles(), peers: rule.GetPeers(), workspace: path}, nil
}

// fits separates the endpoints. A method with peers is never on a public listener, and a
// method without peers is never on an internal one.
func fits(internal bool, rule *accessv1.Rule) error {
	switch {
	case internal && len(rule.GetPeers()) == 0:
		return errors.New("a method of an internal endpoint must name its peers")
	case !internal && len(rule.GetPeers()) > 0:
		return errors.New("a method for peers cannot be on a public endpoint")
	case !internal && len(rule.GetRoles()) == 0:
		return errors.New("a method of a public endpoint must name its roles")
	case slices.Contains(rule.GetRoles(), accessv1.Role_ROLE_UNSPECIFIED):
		return errors.New("an unspecified role")
	}
	return nil
}

// fieldPath resolves a path such as "workflow.name" in a message.
func fieldPath(m protoreflect.MessageDescriptor, path string) ([]protoreflect.FieldDescriptor, error) {
	if path == "" {
		return nil, nil
	}
	var out []protoreflect.FieldDescriptor
	for name := range strings.SplitSeq(path, ".") {
		if m == nil {
			return nil, fmt.Errorf("workspace_field %q goes through a field that is no message", path)
		}
		fd := m.Fields().ByName(protoreflect.Name(name))
		if fd == nil || fd.IsList() || fd.IsMap() {
			return nil, fmt.Errorf("workspace_field %q: no single field %q", path, name)
		}
		out = append(out, fd)
		m = fd.Message()
	}
	if last := out[len(out)-1]; last.Kind() != protoreflect.StringKind {
		return nil, fmt.Errorf("workspace_field %q is not a string", path)
	}
	return out, nil
}
