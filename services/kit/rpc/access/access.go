package access

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

// Method is one method of a server with its rule.
type Method struct {
	roles     []accessv1.Role
	peers     []string
	workspace []protoreflect.FieldDescriptor // the path to the field with the resource's name
	quiet     bool                           // health and reflection: no log line
}

// Quiet reports whether the method belongs to gRPC itself. Its calls need no caller and no log
// line.
func (m *Method) Quiet() bool { return m.quiet }

// Admit checks the peer and the role, before the request is read.
func (m *Method) Admit(peer string, p caller.Principal) error {
	if len(m.peers) > 0 && (peer == "" || !slices.Contains(m.peers, peer)) {
		return errs.PermissionDenied("this caller may not call this method")
	}
	if len(m.roles) == 0 || m.allows(p.Kind) {
		return nil
	}
	switch {
	case p.Kind == caller.None || p.Kind == caller.Guest:
		return errs.Unauthenticated("this method needs a key: send it as \"authorization: Bearer <key>\"")
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

func (m *Method) allows(k caller.Kind) bool {
	return slices.ContainsFunc(m.roles, func(r accessv1.Role) bool { return slices.Contains(kindsOf[r], k) })
}

// Own checks that the resource belongs to the principal's workspace. The answer is the same
// for a resource of another workspace and for one that does not exist. Operators belong to
// no tenant: except with ROLE_OPERATOR_OWN_WORKSPACE, the method itself decides what they
// may see.
func (m *Method) Own(p caller.Principal, req any) error {
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

// Silent reports whether a message omits the resource's name.
func (m *Method) Silent(msg any) bool {
	p, ok := msg.(proto.Message)
	return len(m.workspace) == 0 || (ok && resourceName(p, m.workspace) == "")
}
