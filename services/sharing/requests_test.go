package sharing_test

import (
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
	"github.com/keyhole-dev/keyhole/services/sharing"
)

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func authorize(token, run string, version int32, inputs ...string) *sharinginternalv1.AuthorizeRunRequest {
	return &sharinginternalv1.AuthorizeRunRequest{
		Run: run, Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token}, Version: version, Inputs: inputs,
	}
}

func failed(run, reason, message string, items ...*sharingv1.LineItem) *sharinginternalv1.RunEnd {
	return &sharinginternalv1.RunEnd{
		Run: run, State: sharingv1.RunState_RUN_STATE_FAILED, Reason: reason, Message: message, Items: items,
	}
}

func guestRuns(n int64) func(*sharing.Config) {
	return func(c *sharing.Config) { c.GuestRuns = n }
}

// metadataOf returns the metadata of the ErrorInfo that the client gets.
func metadataOf(t testing.TB, err error) map[string]string {
	t.Helper()
	for _, d := range status.Convert(err).Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok {
			return info.GetMetadata()
		}
	}
	t.Fatalf("no ErrorInfo in %v", err)
	return nil
}

// violations are the fields that an error names.
func violations(err error) []string {
	var fields []string
	for _, d := range status.Convert(err).Details() {
		if bad, ok := d.(*errdetails.BadRequest); ok {
			for _, v := range bad.GetFieldViolations() {
				fields = append(fields, v.GetField())
			}
		}
	}
	return fields
}
