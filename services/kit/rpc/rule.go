package rpc

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// method describes one method of the server.
type method struct {
	roles     []accessv1.Role
	peers     []string
	workspace []protoreflect.FieldDescriptor // the path to the field with the resource's name
	quiet     bool                           // health and reflection: no log line
}

// infrastructure lists the services of gRPC itself. Everyone who can connect may call them.
var infrastructure = []string{"grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}

// findRules reads the access rule of every registered method.
func (s *Server) findRules() error {
	s.methods = make(map[string]*method)
	var problems []error
	for service, info := range s.grpc.GetServiceInfo() {
		for _, m := range info.Methods {
			full := "/" + service + "/" + m.Name
			if slices.Contains(infrastructure, service) {
				s.methods[full] = &method{roles: []accessv1.Role{accessv1.Role_ROLE_ANYONE}, quiet: true}
				continue
			}
			rule, err := s.findRule(service, m.Name)
			if err != nil {
				problems = append(problems, fmt.Errorf("%s: %w", full, err))
				continue
			}
			s.methods[full] = rule
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("rpc server: access rules: %w", errors.Join(problems...))
	}
	return nil
}

func (s *Server) findRule(service, name string) (*method, error) {
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
	if err := fits(s.cfg.Endpoint, rule); err != nil {
		return nil, err
	}
	path, err := fieldPath(md.Input(), rule.GetWorkspaceField())
	if err != nil {
		return nil, err
	}
	return &method{roles: rule.GetRoles(), peers: rule.GetPeers(), workspace: path}, nil
}

// fits separates the endpoints. A method with peers is never on a public listener, and a
// method without peers is never on an internal one.
func fits(endpoint Endpoint, rule *accessv1.Rule) error {
	switch {
	case endpoint == Internal && len(rule.GetPeers()) == 0:
		return errors.New("a method of an internal endpoint must name its peers")
	case endpoint == Public && len(rule.GetPeers()) > 0:
		return errors.New("a method for peers cannot be on a public endpoint")
	case endpoint == Public && len(rule.GetRoles()) == 0:
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

// admit checks the peer and the role, before the request is read.
func (m *method) admit(peer string, p caller.Principal) error {
	if len(m.peers) > 0 && (peer == "" || !slices.Contains(m.peers, peer)) {
		return errs.PermissionDenied("this caller may not call this method")
	}
	if len(m.roles) == 0 || m.allows(p.Kind) {
		return nil
	}
	switch {
	case p.Kind == caller.None || p.Kind == caller.Guest:
		return errs.Unauthenticated("this needs a key: send it as \"authorization: Bearer <key>\"")
	case p.Kind == caller.Editor || p.Kind == caller.Viewer:
		return errs.PermissionDenied("your role in this workspace (%s) does not allow this; an owner can change it", p.Kind)
	}
	return errs.PermissionDenied("a key of this kind (%s) may not call this method", p.Kind)
}

// kindsOf lists who may call a method with a role in its rule. A role that is not listed
// admits nobody.
var kindsOf = map[accessv1.Role][]caller.Kind{
	accessv1.Role_ROLE_ANYONE:                 {caller.None, caller.Guest, caller.Viewer, caller.Editor, caller.Member, caller.Operator},
	accessv1.Role_ROLE_GUEST:                  {caller.Guest},
	accessv1.Role_ROLE_VIEWER:                 {caller.Viewer, caller.Editor, caller.Member},
	accessv1.Role_ROLE_EDITOR:                 {caller.Editor, caller.Member},
	accessv1.Role_ROLE_MEMBER:                 {caller.Member},
	accessv1.Role_ROLE_OPERATOR:               {caller.Operator},
	accessv1.Role_ROLE_OPERATOR_OWN_WORKSPACE: {caller.Operator},
}

func (m *method) allows(k caller.Kind) bool {
	return slices.ContainsFunc(m.roles, func(r accessv1.Role) bool { return slices.Contains(kindsOf[r], k) })
}

// own checks that the resource belongs to the principal's workspace. The answer is the same
// for a resource of another workspace and for one that does not exist. Operators belong to
// no tenant: except with ROLE_OPERATOR_OWN_WORKSPACE, the method itself decides what they
// may see.
func (m *method) own(p caller.Principal, req any) error {
	if len(m.workspace) == 0 || p.Kind == caller.Operator && !slices.Contains(m.roles, accessv1.Role_ROLE_OPERATOR_OWN_WORKSPACE) {
		return nil
	}
	msg, ok := req.(proto.Message)
	if ok && p.Workspace != "" && (p.Kind.OfWorkspace() || p.Kind == caller.Operator) && workspaceOf(resourceName(msg, m.workspace)) == p.Workspace {
		return nil
	}
	return errs.NotFound("resource not found in this key's workspace")
}

func resourceName(msg proto.Message, path []protoreflect.FieldDescriptor) string {
	m := msg.ProtoReflect()
	last := len(path) - 1
	for _, fd := range path[:last] {
		if m.Descriptor() != fd.ContainingMessage() {
			return ""
		}
		m = m.Get(fd).Message()
	}
	if m.Descriptor() != path[last].ContainingMessage() {
		return ""
	}
	return m.Get(path[last]).String()
}

// workspaceOf returns the id in "workspaces/{id}" or "workspaces/{id}/...", else "".
func workspaceOf(name string) string {
	rest, ok := strings.CutPrefix(name, "workspaces/")
	if !ok {
		return ""
	}
	ws, _, _ := strings.Cut(rest, "/")
	return ws
}
