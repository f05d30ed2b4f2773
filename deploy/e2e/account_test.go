package e2e_test

import (
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/secret"
	"github.com/keyhole-dev/keyhole/services/vault/egress/signature"
)

const (
	twilioHost = "api.twilio.com"
	bucketHost = "frames.s3.eu-central-1.amazonaws.com"
)

// accountServer is Twilio's API of messages and a bucket of S3. It checks the sign-in of each request as they do, and
// repeats the account in each answer.
type accountServer struct {
	t *testing.T

	mu       sync.Mutex        // guards the fields below
	accounts map[string]string // passwords and keys, by account
	calls    []string
}

func (s *accountServer) add(account, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[account] = password
}

// taken returns the calls since the last time.
func (s *accountServer) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// ServeHTTP implements http.Handler.
func (s *accountServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, r.Method+" "+r.Host+" "+string(body))
	if r.Host == bucketHost {
		s.bucket(w, r, body)
		return
	}
	account, password, _ := r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case s.accounts[account] != password || password == "":
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = fmt.Fprintf(w, `{"code":20003,"message":"Authenticate as %s","status":401}`, account)
	case r.URL.Path != "/2010-04-01/Accounts/"+account+"/Messages.json":
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, `{"code":20404,"message":"The requested resource %s was not found","status":404}`, r.URL.Path)
	case strings.Contains(string(body), "To=1"):
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"code":21211,"message":"1 is not a valid number for %s","status":400}`, account)
	default:
		w.WriteHeader(http.StatusCreated)
		_, _ = fmt.Fprintf(w, `{"sid":"SM1","account_sid":"%s","uri":"%s"}`, account, r.URL.Path)
	}
}

func (s *accountServer) bucket(w http.ResponseWriter, r *http.Request, body []byte) {
	given := r.Header.Get("Authorization")
	_, rest, _ := strings.Cut(given, "Credential=")
	account, _, _ := strings.Cut(rest, "/")
	at, _ := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	want := signature.Authorization(signature.Request{
		Method: r.Method, Host: r.Host, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Time: at, Region: "eu-central-1",
		Headers: map[string]string{"x-amz-date": r.Header.Get("X-Amz-Date"), "x-amz-content-sha256": signature.Sum(body)},
	}, account, secret.FromString(s.accounts[account]))
	if given != want || time.Since(at).Abs() > 15*time.Minute || r.ContentLength != int64(len(body)) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = fmt.Fprintf(w, `<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>%s</AWSAccessKeyId></Error>`, account)
	}
}

// byName starts the server at its own names, on the standard port of loopback.
func (s *accountServer) byName(t *testing.T) options {
	t.Helper()
	authority, certificate := certificateOf(t, []string{twilioHost, bucketHost})
	secure := &http.Server{Handler: s, TLSConfig: &tls.Config{Certificates: []tls.Certificate{certificate}}, ReadHeaderTimeout: time.Minute}
	listener, ip := standardPort(t)
	go func() { _ = secure.ServeTLS(listener, "", "") }()
	t.Cleanup(func() { _ = secure.Close() })
	dir := t.TempDir()
	file := filepath.Join(dir, "hosts")
	write(t, file, []byte(fmt.Sprintf("127.0.0.1 localhost\n%s %s\n%s %s\n", ip, twilioHost, ip, bucketHost)))
	write(t, filepath.Join(dir, "ca.pem"), authority)
	return options{wrap: withHosts(t, file), settings: []string{"--egress-ca-file", filepath.Join(dir, "ca.pem"), "--egress-allow", ip + "/32"}, traces: true}
}

// sendsAndStores is a workflow that sends a text message and stores an object.
func sendsAndStores() object {
	selector := func(step, output string) object {
		return object{"type": "JsonField", "name": step + "_" + output, "selector": "$steps." + step + "." + output}
	}
	return object{
		"version": "1.0", "inputs": []any{object{"type": "WorkflowParameter", "name": "to"}, object{"type": "WorkflowParameter", "name": "text"}},
		"steps": []any{
			object{
				"type": "roboflow_core/twilio_sms_notification@v2", "name": "sms", "sms_provider": "Custom Twilio", "cooldown_seconds": 0,
				"twilio_account_sid": "$credentials.sid", "twilio_auth_token": "$credentials.token",
				"sender_number": "+15005550006", "receiver_number": "$inputs.to", "message": "Hello",
			},
			object{
				"type": "roboflow_core/s3_sink@v1", "name": "store", "content": "$inputs.text", "output_mode": "separate_files", "bucket_name": "frames",
				"aws_region": "eu-central-1", "aws_access_key_id": "$credentials.aws-id", "aws_secret_access_key": "$credentials.aws-key",
			},
		},
		"outputs": []any{selector("sms", "message"), selector("store", "message")},
	}
}

// TestTextsAndObjects sends text messages and stores objects through the runner and the vault's egress, with hidden
// credentials and with a visitor's. When the installation ends, no account, token or key is in a result, an error, an
// event, a log, a trace or a store.
func TestTextsAndObjects(t *testing.T) {
	t.Parallel()
	s := &accountServer{t: t, accounts: map[string]string{}}
	in := install(t, oneProcess, s.byName(t))
	t.Cleanup(func() { // its mounts end with it
		if at := strings.Index(in.dir, "/root/"); at >= 0 {
			in.dir = in.dir[at+len("/root"):]
		}
	})
	owner := in.tenant(t)
	sid, token, keyID, key := in.secret(), in.secret(), in.secret(), in.secret()
	s.add(sid, token)
	s.add(keyID, key)
	bucket := []string{"https://" + bucketHost}
	for id, c := range map[string]object{
		"sid": {"provider": "twilio", "value": sid, "slotKind": "SLOT_KIND_ACCOUNT"}, "token": {"provider": "twilio", "value": token},
		"aws-id":  {"provider": "aws", "value": keyID, "slotKind": "SLOT_KIND_ACCOUNT", "hosts": bucket},
		"aws-key": {"provider": "aws", "value": key, "hosts": bucket},
	} {
		owner.post(t, owner.path()+"/credentials?credentialId="+id, c)
	}
	flow := owner.workflow(t, "tells", sendsAndStores())
	_, open := owner.share(t, flow, merged(hidden(), object{"sinksEnabled": true, "confirmedDestinations": bucket}))
	run := func(link string, inputs object) reply {
		return in.guest().call(t, http.MethodPost, "/v1/shared/"+link+":run", object{"inputs": inputs})
	}
	const done, failed = "Notification sent successfully", "Twilio answered 400 with error 21211"
	if r := run(open, object{"to": "+4915112345678", "text": "n\n1\n"}); r.status != http.StatusOK || !strings.Contains(string(r.body), done) || !strings.Contains(string(r.body), "Data saved successfully") {
		t.Errorf("hidden credentials: %s", r)
	}
	if calls := s.taken(); len(calls) != 2 {
		t.Errorf("%q", calls)
	}
	if r := run(open, object{"to": "1", "text": "x"}); r.status != http.StatusOK || !strings.Contains(string(r.body), failed) {
		t.Errorf("a refused number: %s", r)
	}
	_, closed := owner.share(t, flow, object{"sinksEnabled": true})
	theirs := object{"to": "+49151", "text": "x"}
	var names []string
	for _, input := range in.guest().get(t, "/v1/shared/"+closed).list("interface.inputs") {
		if at(input, "credential") == true {
			names = append(names, at(input, "name").(string))
			theirs[names[len(names)-1]] = in.secret()
		}
	}
	if len(names) != 4 {
		t.Fatalf("a visitor is asked for %q", names)
	}
	s.taken()
	r := run(closed, theirs)
	if r.status != http.StatusOK || !strings.Contains(string(r.body), "Twilio refused the sign-in") || !strings.Contains(string(r.body), "403 SignatureDoesNotMatch") {
		t.Errorf("a visitor's unknown account: %s", r)
	}
	s.add(theirs["sms_twilio_account_sid"].(string), theirs["sms_twilio_auth_token"].(string))
	s.add(theirs["store_aws_access_key_id"].(string), theirs["store_aws_secret_access_key"].(string))
	if r := run(closed, theirs); r.status != http.StatusOK || !strings.Contains(string(r.body), done) || !strings.Contains(string(r.body), "Data saved successfully") {
		t.Errorf("a visitor's account: %s", r)
	}
	for _, call := range s.taken() {
		for _, held := range []string{sid, token, keyID, key, base64.StdEncoding.EncodeToString([]byte(sid + ":" + token))} {
			if strings.Contains(call, held) {
				t.Errorf("a hidden credential is in a visitor's call: %s", call)
			}
		}
	}
}
