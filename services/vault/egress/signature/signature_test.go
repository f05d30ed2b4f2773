package signature_test

import (
	"strings"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress/signature"
)

// TestPublishedExamples signs the examples of "Signature Calculations for the Authorization Header" in the reference of
// Amazon S3, which has their signatures.
func TestPublishedExamples(t *testing.T) {
	t.Parallel()
	empty := signature.Sum(nil)
	for name, tc := range map[string]struct {
		method, path, query string
		headers             map[string]string
		signed, want        string
	}{
		"GET Object": {
			"GET", "/test.txt", "",
			map[string]string{"Range": "bytes=0-9", signature.HeaderSum: empty},
			"host;range;x-amz-content-sha256;x-amz-date",
			"f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		},
		"PUT Object": {
			"PUT", "/test$file.text", "",
			map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY", signature.HeaderSum: signature.Sum([]byte("Welcome to Amazon S3."))},
			"date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
		},
		"GET Bucket Lifecycle": {
			"GET", "/", "lifecycle",
			map[string]string{signature.HeaderSum: empty},
			"host;x-amz-content-sha256;x-amz-date",
			"fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
		},
		"List Objects": {
			"GET", "/", "max-keys=2&prefix=J",
			map[string]string{signature.HeaderSum: empty},
			"host;x-amz-content-sha256;x-amz-date",
			"34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
		},
	} {
		tc.headers[signature.HeaderDate] = "20130524T000000Z"
		got := signature.Authorization(signature.Request{
			Method: tc.method, Host: "examplebucket.s3.amazonaws.com", Path: tc.path, Query: tc.query, Headers: tc.headers,
			Time: time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC), Region: "us-east-1",
		}, "AKIAIOSFODNN7EXAMPLE", secret.FromString("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
		want := "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=" + tc.signed + ",Signature=" + tc.want
		if got != want {
			t.Errorf("%s:\n%s, want\n%s", name, got, want)
		}
	}
}

// A path is signed as a server reads it, in whatever escapes it is sent.
func TestEscapesAreOne(t *testing.T) {
	t.Parallel()
	sign := func(path string) string {
		whole := signature.Authorization(signature.Request{Method: "PUT", Host: "b", Path: path, Headers: map[string]string{signature.HeaderSum: "x"}}, "id", secret.FromString("key"))
		_, signed, _ := strings.Cut(whole, "Signature=")
		return signed
	}
	if a, b := sign("/a%20b/%c3%a9$x"), sign("/a%20b/%C3%A9%24x"); a != b {
		t.Errorf("%s and %s", a, b)
	}
	if a, b := sign("/a/b"), sign("/a%2Fb"); a == b {
		t.Error("a slash and its escape are one")
	}
}
