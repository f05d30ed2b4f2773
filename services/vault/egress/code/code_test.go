package code_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/vault/egress/code"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"code": 21211, "message": "The 'To' number is not valid", "status": 400}`: "21211", `{"status":401,"code":20003}`: "20003",
		`<Error><Code>NoSuchBucket</Code><BucketName>b</BucketName></Error>`: "NoSuchBucket",
		`{"code":"AC0123456789"}`: "", `{"code":123456789}`: "", `<Code>AKIA0123</Code>`: "", ``: "", `code`: "",
	} {
		if got := code.Of([]byte(body)); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
