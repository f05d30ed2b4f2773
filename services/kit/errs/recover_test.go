package errs_test

import (
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/keyhole-dev/keyhole/services/kit/errs"
)

func TestRecoverTurnsAPanicIntoAnError(t *testing.T) {
	t.Parallel()
	fail := func() (err error) {
		defer errs.Recover(&err)
		panic("the inside")
	}
	err := fail()
	if err == nil || !strings.Contains(err.Error(), "the inside") || !strings.Contains(err.Error(), "recover_test.go") {
		t.Errorf("got %v, want the value and the stack", err)
	}
	if public := errs.From(err); public.Code() != codes.Internal || strings.Contains(public.Message(), "the inside") {
		t.Errorf("a client gets %v", public)
	}
}

func TestRecoverAsReportsInTheCallersWords(t *testing.T) {
	t.Parallel()
	report := errors.New("the block failed")
	fail := func() (err error) {
		defer errs.RecoverAs(&err, func(cause error) error { return errors.Join(report, cause) })
		panic("the inside")
	}
	if err := fail(); !errors.Is(err, report) || !strings.Contains(err.Error(), "the inside") {
		t.Errorf("got %v", err)
	}
}

func TestRecoverKeepsTheErrorOfACallThatReturns(t *testing.T) {
	t.Parallel()
	want := errors.New("no")
	call := func() (err error) {
		defer errs.Recover(&err)
		return want
	}
	if err := call(); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}
