package sharing_test

import (
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	sharinginternalv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharinginternal/v1"
)

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func authorize(token, run string, version int32, inputs ...string) *sharinginternalv1.AuthorizeRunRequest {
	return &sharinginternalv1.AuthorizeRunRequest{
		Run: run, Target: &sharinginternalv1.AuthorizeRunRequest_Token{Token: token}, Version: version, Inputs: inputs,
	}
}

func failed(run, reason, message string, items ...*sharingv1.LineItem) *sharinginternalv1.FinishRunRequest {
	return &sharinginternalv1.FinishRunRequest{
		Run: run, State: sharingv1.RunState_RUN_STATE_FAILED, Reason: reason, Message: message, Items: items,
	}
}
