package sharing_test

import (
	"slices"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

// A share lists the sites whose pages may run it. The view passes the list to the gateway.
func TestRunOrigins(t *testing.T) {
	t.Parallel()
	on(t, func(t *testing.T, s *harness) {
		s.workflow("acme", "caption", secretWorkflow)
		share := s.share("acme", "caption", &sharingv1.Share{RunOrigins: []string{"https://Shop.example/", "https://shop.example:443", "http://localhost:3000", "http://localhost:80"}})
		want := []string{"https://shop.example", "http://localhost:3000", "http://localhost"}
		if !slices.Equal(share.GetRunOrigins(), want) {
			t.Errorf("stored %q", share.GetRunOrigins())
		}
		view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
		must(t, err)
		if !slices.Equal(view.GetRunOrigins(), want) {
			t.Errorf("shown %q", view.GetRunOrigins())
		}
		for _, origin := range []string{"null", "*", "", "http://shop.example", "https://shop.example/page", "https://*.example", "shop.example", "https://a.example; b", "https://a.example:0", "https://a.example:99999", "https://u@a.example"} {
			_, err := s.tryShare("acme", "caption", &sharingv1.Share{RunOrigins: []string{origin}})
			refused(t, err, errorsv1.Reason_REASON_INVALID_REQUEST)
		}
	})
}
