package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// TestAttackCompareASuspensionWithAPause keeps a run of a visitor in progress on two links.
// One link is paused by its owner, and the other is suspended by the guard in another
// visitor's run. Everything that the visitor gets from both must be equal: the status,
// headers and body of each request, and the events of the stream that is ended.
func TestAttackCompareASuspensionWithAPause(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "A4", "every answer of a suspended link, compared with a paused one")
	both(t, func(t *testing.T, k kind) {
		in := install(t, k, options{})
		provider, waiting := moody(t)
		owner, visitor, thief := in.tenant(t), in.tenant(t), in.tenant(t)
		visitor.visitor, thief.visitor = true, true
		owner.credential(t, "llm", provider)
		flow := owner.workflow(t, "ask", ask(provider, "$credentials.llm"))
		settings := func() object {
			s := hidden()
			s["limits"] = object{"runs": "100", "visitorRuns": "50", "credentialCalls": "100", "period": "PERIOD_DAY"}
			return s
		}
		paused, pausedToken := owner.share(t, flow, settings())
		_, token := owner.share(t, flow, settings())

		running := func(token string) chan reply {
			ended := make(chan reply, 1)
			go func() {
				r, _ := visitor.try(http.MethodPost, "/v1/shared/"+token+":runStream", question("wait"))
				ended <- r
			}()
			<-waiting
			return ended
		}
		first, second := running(pausedToken), running(token)
		thief.shared(t, pausedToken, question("fail")) // both links have a failed run
		owner.post(t, "/v1/"+paused+":pause", object{})
		if hit := thief.shared(t, token, question("echo")); hit.reason() != "PROVIDER_FAILED" {
			t.Fatalf("the guard does not hit: %s", hit)
		}
		plain, suspended := plainReply(<-first, pausedToken), plainReply(<-second, token)
		a.Attempt(plain == suspended, "a stream that a pause ends:\n%s\none that a suspension ends:\n%s", plain, suspended)
		for _, c := range []*client{visitor.client, thief.client, in.guest()} {
			for _, look := range looks() {
				want, got := plainReply(look(t, c, pausedToken), pausedToken), plainReply(look(t, c, token), token)
				a.Attempt(want == got, "paused:\n%s\nsuspended:\n%s", want, got)
			}
		}
	})
}

// moody is a provider that does what the prompt says: wait for its caller to leave, fail,
// or return the key. It signals when it starts to wait.
func moody(t *testing.T) (url string, waiting chan struct{}) {
	t.Helper()
	waiting = make(chan struct{}, 10)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked, _ := io.ReadAll(r.Body)
		switch {
		case strings.Contains(string(asked), "wait"):
			waiting <- struct{}{}
			<-r.Context().Done()
		case strings.Contains(string(asked), "fail"):
			panic(http.ErrAbortHandler)
		default:
			_ = json.NewEncoder(w).Encode(object{"error": r.Header.Get("Authorization")})
		}
	}))
	t.Cleanup(s.Close)
	return s.URL + "/v1", waiting
}

// looks returns the answers to all requests that a visitor can make to a link.
func looks() []func(*testing.T, *client, string) reply {
	by := func(method, before, after string, body any, header ...string) func(*testing.T, *client, string) reply {
		return func(t *testing.T, c *client, token string) reply {
			return c.call(t, method, before+token+after, body, header...)
		}
	}
	return []func(*testing.T, *client, string) reply{
		by(http.MethodGet, "/v1/shared/", "", nil),
		by(http.MethodPost, "/v1/shared/", ":run", question("x")),
		by(http.MethodPost, "/v1/shared/", ":run", object{"inputs": object{"nonsense": "x"}}),
		by(http.MethodPost, "/v1/shared/", ":run", object{"inputs": object{}, "requestId": "5f0d5b5e-4e9b-4b6e-9f0d-0a6c7f1f4a11"}),
		by(http.MethodPost, "/v1/shared/", ":runStream", question("x")),
		by(http.MethodPost, "/v1/shared/", ":runStream", question("x"), "Accept", "text/event-stream"),
		by(http.MethodPost, "/s/", "/a/workflows/b", roboflowBody("null", `{}`)),
		by(http.MethodPost, "/v1/shared/", ":fork", object{"validateOnly": true}),
		by(http.MethodGet, "/s/", "", nil),
		by(http.MethodGet, "/embed/", "", nil),
		by(http.MethodHead, "/s/", "", nil),
	}
}

// passing are the parts of a reply that differ between two requests.
var passing = regexp.MustCompile(`(run|req)_[0-9a-z-]+|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[0-9:.]+Z|nonce-[A-Za-z0-9+/=_-]+|nonce="[^"]+"|"\d+\.\d+s"`)

// plainReply is a reply without the parts that differ between two requests and two links.
func plainReply(r reply, token string) string {
	var lines []string
	for name, values := range r.header {
		if name != "Date" {
			lines = append(lines, name+": "+strings.Join(values, ", "))
		}
	}
	slices.Sort(lines)
	text := fmt.Sprintf("%d\n%s\n\n%s", r.status, strings.Join(lines, "\n"), r.body)
	return passing.ReplaceAllString(strings.ReplaceAll(text, token, "TOKEN"), "*")
}
