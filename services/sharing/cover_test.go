package sharing_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

const hiddenAccess = sharingv1.CredentialAccess_CREDENTIAL_ACCESS_OWNER

// hidden creates a share with hidden credentials.
func (s *harness) hidden() *sharingv1.Share {
	s.t.Helper()
	s.caption()
	return s.share("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess})
}

func (s *harness) update(share *sharingv1.Share, paths ...string) (*sharingv1.Share, error) {
	return s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{Share: share, UpdateMask: mask(paths...)})
}

// suspend suspends a share's grant, as the vault's guard does.
func (s *harness) suspend(share string) {
	s.vault.set(func() { s.vault.grants[share].suspended = true })
	s.settle()
}

// A share that the guard has stopped runs again when its owner resumes it. No other change
// by the owner makes it run.
func TestOnlyResumingEndsASuspension(t *testing.T) {
	t.Parallel()
	second := strings.Replace(secretWorkflow, "what is it?", "what now?", 1)
	for name, change := range map[string]func(s *harness, share string){
		"limits": func(s *harness, share string) {
			_, err := s.update(&sharingv1.Share{Name: share, Limits: &sharingv1.Limits{Runs: 9, CredentialCalls: 9}}, "limits")
			must(s.t, err)
		},
		"version": func(s *harness, share string) {
			s.save("acme", "caption", second)
			_, err := s.update(&sharingv1.Share{Name: share, Version: 2}, "version")
			must(s.t, err)
		},
		"confirmed": func(s *harness, share string) {
			_, err := s.update(&sharingv1.Share{Name: share, CredentialAccess: hiddenAccess}, "credential_access")
			must(s.t, err)
		},
		"closed and opened": func(s *harness, share string) {
			_, err := s.update(&sharingv1.Share{Name: share, CredentialAccess: sharingv1.CredentialAccess_CREDENTIAL_ACCESS_VISITOR}, "credential_access")
			must(s.t, err)
			_, err = s.update(&sharingv1.Share{Name: share, CredentialAccess: hiddenAccess}, "credential_access")
			must(s.t, err)
		},
		"the trash and back": func(s *harness, _ string) {
			_, err := s.api.DeleteWorkflow(s.member("acme"), &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
			must(s.t, err)
			_, err = s.api.UndeleteWorkflow(s.member("acme"), &sharingv1.UndeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
			must(s.t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testkit.Databases(t, func(t *testing.T, url string) {
				s := newHarness(t, url, "embedded:")
				share := s.hidden()
				s.suspend(share.GetName())
				change(s, share.GetName())
				s.settle()
				_, err := s.preview(s.member("visitor"), share.GetToken(), "r1", "question")
				refused(t, err, errorsv1.Reason_REASON_SHARE_PAUSED)
				resumed, err := s.api.ResumeShare(s.member("acme"), &sharingv1.ResumeShareRequest{Name: share.GetName()})
				must(t, err)
				if resumed.GetState() != sharingv1.ShareState_SHARE_STATE_ACTIVE {
					t.Errorf("a resumed share is %v", resumed.GetState())
				}
				_, err = s.preview(s.member("visitor"), share.GetToken(), "r2", "question")
				must(t, err)
			})
		})
	}
}

// Every change that ends a share's use of its grant also removes the grant from the vault:
// immediately, or when the vault is back.
func TestWhatNoShareCoversIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *harness, share string) error{
		"revoked": func(s *harness, share string) error {
			_, err := s.api.DeleteShare(s.member("acme"), &sharingv1.DeleteShareRequest{Name: share})
			return err
		},
		"workflow deleted": func(s *harness, _ string) error {
			_, err := s.api.DeleteWorkflow(s.member("acme"), &sharingv1.DeleteWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
			return err
		},
	} {
		for _, away := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, vault away %v", name, away), func(t *testing.T) {
				t.Parallel()
				testkit.Databases(t, func(t *testing.T, url string) {
					s := newHarness(t, url, "embedded:")
					share := s.hidden()
					s.vault.set(func() { s.vault.down = away })
					must(t, end(s, share.GetName()))
					if gone := s.vault.grant(share.GetName()) == nil; gone == away {
						t.Fatalf("withdrawn: %v", gone)
					}
					loops(t, s.first)
					s.clock.advance(31 * 24 * time.Hour) // the trash must not be emptied before
					s.vault.set(func() { s.vault.down = false })
					eventually(t, "the vault has no grant", func() bool {
						s.clock.advance(time.Second)
						return s.vault.grant(share.GetName()) == nil
					})
				})
			})
		}
	}
}

// The vault has written a grant, and then its answer or the process is lost. The vault's
// grant never covers more than the share says.
func TestAGrantThatIsLeftOverIsWithdrawn(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		share := s.hidden()
		lost := func() error { return errs.Unavailable("the answer is lost") }
		s.vault.set(func() { s.vault.afterPut = lost })
		more := &sharingv1.Share{Name: share.GetName(), Limits: &sharingv1.Limits{Runs: 100, CredentialCalls: 100_000}}
		if _, err := s.update(more, "limits"); errs.CodeOf(err) != codes.Unavailable {
			t.Fatalf("the change is %v", err)
		}
		if g := s.vault.grant(share.GetName()); g != nil {
			t.Errorf("the vault grants %d calls that no share has", g.calls)
		}
		if _, err := s.tryShare("acme", "caption", &sharingv1.Share{CredentialAccess: hiddenAccess}); errs.CodeOf(err) != codes.Unavailable {
			t.Fatalf("the new share is %v", err)
		}
		s.vault.set(func() {
			s.vault.afterPut = nil
			if len(s.vault.grants) != 0 {
				t.Errorf("grants are left over: %v", s.vault.grants)
			}
		})
		list, err := s.api.ListShares(s.member("acme"), &sharingv1.ListSharesRequest{Parent: "workspaces/acme/workflows/caption", ShowRevoked: true})
		must(t, err)
		if len(list.GetShares()) != 1 || list.GetShares()[0].GetLimits().GetCredentialCalls() != 200 {
			t.Errorf("the shares are %v", list.GetShares())
		}
		// The owner confirms again, and the share runs.
		_, err = s.update(&sharingv1.Share{Name: share.GetName(), CredentialAccess: hiddenAccess}, "credential_access")
		must(t, err)
		_, err = s.preview(s.member("visitor"), share.GetToken(), "r1", "question")
		must(t, err)
	})
}

// The process dies between the vault's grant and the share's row.
func TestAGrantOfADeadProcessIsWithdrawn(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		share := s.hidden()
		dying := s.openDB()
		doomed := s.replica(dying, s.redis)
		s.vault.set(func() { s.vault.afterPut = func() error { return dying.Close() } })
		_, err := doomed.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{
			Share: &sharingv1.Share{Name: share.GetName(), Limits: &sharingv1.Limits{Runs: 100, CredentialCalls: 100_000}}, UpdateMask: mask("limits"),
		})
		if err == nil || s.vault.grant(share.GetName()).calls != 100_000 {
			t.Fatalf("the process did not die in between: %v", err)
		}
		s.vault.set(func() { s.vault.afterPut = nil })
		loops(t, s.first)
		s.clock.advance(11 * time.Second)
		eventually(t, "the grant is withdrawn", func() bool { return s.vault.grant(share.GetName()) == nil })
	})
}

// Two owners change a share at the same time. One of them succeeds, and the vault has the
// grant that the share describes.
func TestEditsThatMeetLeaveNoOtherGrant(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		share := s.hidden()
		done := make(chan error)
		for i := range 8 {
			go func() {
				_, err := s.api.UpdateShare(s.member("acme"), &sharingv1.UpdateShareRequest{
					Share:      &sharingv1.Share{Name: share.GetName(), Limits: &sharingv1.Limits{Runs: 10, CredentialCalls: int64(10 + i), Period: vaultv1.Period_PERIOD_DAY}},
					UpdateMask: mask("limits"),
				})
				done <- err
			}()
		}
		changed := 0
		for range 8 {
			switch err := <-done; errs.CodeOf(err) {
			case codes.OK:
				changed++
			case codes.Aborted:
			default:
				t.Error(err)
			}
		}
		got, err := s.api.GetShare(context.WithoutCancel(s.member("acme")), &sharingv1.GetShareRequest{Name: share.GetName()})
		must(t, err)
		g := s.vault.grant(share.GetName())
		if changed == 0 || g == nil || g.calls != got.GetLimits().GetCredentialCalls() {
			t.Errorf("%d changes, the share has %v, the vault %+v", changed, got.GetLimits(), g)
		}
	})
}

// A visitor cannot distinguish a link that the guard has stopped from one that its owner
// has paused, by any route. Both can be viewed and forked, and neither runs.
func TestASuspensionLooksLikeAPause(t *testing.T) {
	t.Parallel()
	testkit.Databases(t, func(t *testing.T, url string) {
		s := newHarness(t, url, "embedded:")
		share := s.hidden()
		look := func(run string) string {
			s.settle()
			view, err := s.api.GetSharedWorkflow(s.guest("g"), &sharingv1.GetSharedWorkflowRequest{Token: share.GetToken()})
			must(t, err)
			view = known(t, view)
			fork, err := s.api.ForkSharedWorkflow(s.member("visitor"), &sharingv1.ForkSharedWorkflowRequest{
				Token: share.GetToken(), Parent: "workspaces/visitor", ValidateOnly: true,
			})
			must(t, err)
			_, runErr := s.preview(s.member("visitor"), share.GetToken(), run, "question")
			refused(t, runErr, errorsv1.Reason_REASON_SHARE_PAUSED)
			if view.GetRunnable() || len(view.GetTerms().GetBlocked()) != 1 {
				t.Errorf("what does not run is shown as %v", view.GetTerms())
			}
			return text(t, view) + text(t, fork) + runErr.Error()
		}
		_, err := s.api.PauseShare(s.member("acme"), &sharingv1.PauseShareRequest{Name: share.GetName()})
		must(t, err)
		paused := look("r1")
		_, err = s.api.ResumeShare(s.member("acme"), &sharingv1.ResumeShareRequest{Name: share.GetName()})
		must(t, err)
		s.suspend(share.GetName())
		if suspended := look("r1"); suspended != paused {
			t.Errorf("suspended: %s\npaused: %s", suspended, paused)
		}
	})
}

// known returns the fields of a view that a client can read.
func known(t *testing.T, view *sharingv1.SharedWorkflow) *sharingv1.SharedWorkflow {
	t.Helper()
	raw, err := proto.Marshal(view)
	must(t, err)
	out := &sharingv1.SharedWorkflow{}
	must(t, proto.Unmarshal(raw, out))
	return out
}

// A share whose hidden credential got another destination or place waits for its owner.
// Every read by the owner says so.
func TestAChangedCredentialSuspendsItsShares(t *testing.T) {
	t.Parallel()
	s := newHarness(t, testkit.SQLite(t), "embedded:")
	share := s.hidden()
	s.vault.set(func() { s.vault.grants[share.GetName()].unconfirmed = []string{"llm"} })
	s.settle()
	_, err := s.preview(s.member("visitor"), share.GetToken(), "r1")
	refused(t, err, errorsv1.Reason_REASON_SHARE_PAUSED)
	got, err := s.update(&sharingv1.Share{Name: share.GetName(), Limits: &sharingv1.Limits{Runs: 9, CredentialCalls: 9}}, "limits")
	must(t, err)
	notice := slices.IndexFunc(got.GetNotices(), func(n *sharingv1.Notice) bool { return n.GetId() == "credential_access.changed" })
	if got.GetState() != sharingv1.ShareState_SHARE_STATE_SUSPENDED || notice < 0 || !strings.Contains(got.GetNotices()[notice].GetText(), `"llm"`) || !got.GetDetected().GetSlots()[0].GetUnconfirmed() {
		t.Errorf("the share says %v", got)
	}
	looked, err := s.api.InspectWorkflow(s.member("acme"), &sharingv1.InspectWorkflowRequest{Name: "workspaces/acme/workflows/caption"})
	must(t, err)
	if !slices.Equal(looked.GetSuspendedShares(), []string{share.GetName()}) {
		t.Errorf("inspected: %v", looked.GetSuspendedShares())
	}
	_, err = s.api.ResumeShare(s.member("acme"), &sharingv1.ResumeShareRequest{Name: share.GetName()})
	must(t, err)
	s.settle()
	_, err = s.preview(s.member("visitor"), share.GetToken(), "r2")
	must(t, err)
}
