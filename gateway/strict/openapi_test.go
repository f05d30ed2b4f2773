package strict

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	accessv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/access/v1"
	"github.com/keyhole-dev/keyhole/proto/gen/openapi"
)

// The document says for every method whether it needs a key.
func TestOpenAPISaysWhoNeedsAKey(t *testing.T) {
	t.Parallel()
	var document struct {
		Info                struct{ Title, Version string }
		SecurityDefinitions map[string]struct{ Type, Name, In string }
		Security            []map[string][]string
		Paths               map[string]map[string]struct{ Security *[]map[string][]string }
	}
	if err := json.Unmarshal(openapi.Document, &document); err != nil {
		t.Fatal(err)
	}
	bearer := document.SecurityDefinitions["bearer"]
	if document.Info.Title != "Keyhole" || document.Info.Version != "v1" || bearer.Name != "Authorization" || bearer.In != "header" || len(document.Security) != 1 {
		t.Errorf("got %+v, %+v, %v", document.Info, bearer, document.Security)
	}
	found := 0
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			described := file.Services().Get(i).Methods()
			for j := range described.Len() {
				rule, _ := proto.GetExtension(described.Get(j).Options(), accessv1.E_Rule).(*accessv1.Rule)
				m := methodOf(described.Get(j))
				if m == nil {
					continue
				}
				for path, operations := range document.Paths {
					operation, ok := operations[strings.ToLower(m.Verb)]
					if !ok || !m.Shape.MatchString(path) || strings.Contains(path, ":") && !strings.Contains(m.Pattern, ":") {
						continue
					}
					found++
					open := operation.Security != nil && len(*operation.Security) == 0
					guests := func(r accessv1.Role) bool {
						return r == accessv1.Role_ROLE_ANYONE || r == accessv1.Role_ROLE_GUEST
					}
					if anyone := slices.ContainsFunc(rule.GetRoles(), guests); anyone != open {
						t.Errorf("%s: anyone may call it: %v, without a key by the document: %v", m.Route(), anyone, open)
					}
				}
			}
		}
		return true
	})
	if found != len(methods()) {
		t.Errorf("%d methods, %d in the document", len(methods()), found)
	}
}
