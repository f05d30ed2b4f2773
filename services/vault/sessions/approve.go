package sessions

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	vaultv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/vault/v1"
	"github.com/keyhole-dev/keyhole/services/kit/caller"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/kit/resource"
	"github.com/keyhole-dev/keyhole/services/kit/sqldb"
	"github.com/keyhole-dev/keyhole/services/vault/audit"
	"github.com/keyhole-dev/keyhole/services/vault/tokens"
)

// approvalLife is how long an approval of a command line works. The command line takes it immediately.
const approvalLife = 5 * time.Minute

// challengeOf is the challenge of a command line's secret (RFC 7636, S256); "" without a secret.
func challengeOf(verifier string) string {
	if verifier == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// ApproveLogin lets a command line sign in with the key of the caller's session.
func (h *Handlers) ApproveLogin(ctx context.Context, req *vaultv1.ApproveLoginRequest) (*vaultv1.LoginApproval, error) {
	p := caller.From(ctx)
	if p.Session == "" {
		return nil, errs.PermissionDenied("only a signed-in browser can approve a command line; with a key, run keyhole login --key-file FILE")
	}
	code, until, err := h.sessions.approve(ctx, audit.CallerOf(ctx), p.Session, req.GetChallenge())
	if err != nil {
		return nil, err
	}
	return &vaultv1.LoginApproval{Code: code, ExpireTime: timestamppb.New(until)}, nil
}

// approve makes a code for the command line with a challenge. Its session is a child of the approving session. It ends
// with its parent and cannot last longer, so nothing outlives the end of a stolen session.
func (s *Sessions) approve(ctx context.Context, by audit.Actor, session, challenge string) (string, time.Time, error) {
	workspace, id, _ := resource.Split(session, "sessions")
	code, _ := tokens.SignInCode.New()
	until := s.now().Add(approvalLife)
	_, err := s.log.Change(ctx, s.log.Event(by, workspace, "session.approve", session), func(tx *sql.Tx) (bool, error) {
		parent, err := byID(ctx, tx, workspace, id, sqldb.Micros(s.now()))
		switch {
		case errors.Is(err, sqldb.ErrNoRow):
			return false, Ended(err)
		case err != nil:
			return false, err
		case parent.parent != "":
			return false, errs.PermissionDenied("a command line that was approved cannot approve another: approve it in a browser")
		}
		return true, insertCode(ctx, tx, newCode{
			hash: tokens.Hash(code), workspace: workspace, key: parent.key, until: sqldb.Micros(until), challenge: challenge, parent: id,
		})
	})
	return string(code.Expose()), until, err
}
