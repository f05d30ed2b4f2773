package inspect_test

import (
	"testing"

	"github.com/keyhole-dev/keyhole/services/workflow/inspect"
)

// The address of a bucket has its region in it, so that a credential goes to one bucket only. What a run decides is no
// constant, and what no certificate covers is refused.
func TestBuckets(t *testing.T) {
	t.Parallel()
	step := func(fields string) string {
		return `{"type":"roboflow_core/s3_sink@v1","name":"s3","content":"$inputs.url","output_mode":"append_log","aws_access_key_id":"$credentials.a","aws_secret_access_key":"$credentials.k",` + fields + `}`
	}
	for fields, want := range map[string]string{
		`"bucket_name":"frames"`:                                 "https://frames.s3.us-east-1.amazonaws.com:443",
		`"bucket_name":"frames","aws_region":null`:               "https://frames.s3.us-east-1.amazonaws.com:443",
		`"bucket_name":"a-b","aws_region":"eu-central-1"`:        "https://a-b.s3.eu-central-1.amazonaws.com:443",
		`"bucket_name":"frames","aws_region":"cn-north-1"`:       "https://frames.s3.cn-north-1.amazonaws.com.cn:443",
		`"bucket_name":"frames","aws_region":"$inputs.url"`:      "",
		`"bucket_name":"$inputs.url","aws_region":"eu-north-1"`:  "",
		`"bucket_name":"a.b"`:                                    "a problem",
		`"bucket_name":"Frames"`:                                 "a problem",
		`"bucket_name":"frames/x"`:                               "a problem",
		`"bucket_name":"xn--frames"`:                             "a problem",
		`"bucket_name":"frames","aws_region":"x.evil.com"`:       "a problem",
		`"bucket_name":"frames","aws_region":"eu-1.evil.com/#a"`: "a problem",
	} {
		report := inspect.Inspect(compile(t, step(fields)))
		got := "a problem"
		if len(report.Problems) == 0 {
			got = report.Slots[0].Destination.Address
		}
		if got != want {
			t.Errorf("%s: %q, want %q", fields, got, want)
		}
	}
}
