package e2e_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

// misbehave runs into every failure of a provider, for each way to start a run. No answer
// may contain the key; the search at the end looks for more encodings than this case.
func misbehave(t *testing.T, in *installation) {
	for name, how := range map[string]testkit.Behaviour{
		"401 with echo": testkit.EchoUnauthorized, "500 with echo": testkit.ServerError, "timeout": testkit.Hang,
		"redirect": testkit.Redirect, "reset": testkit.Reset, "gzip echo": testkit.EchoGzip, "stream echo": testkit.EchoStream,
		"rate limit": testkit.RateLimited, "garbage": testkit.Garbage, "echo": testkit.Good,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			misbehaving(t, in, how)
		})
	}
}

func misbehaving(t *testing.T, in *installation, how testkit.Behaviour) {
	provider, elsewhere := testkit.Provider(t), testkit.Provider(t)
	provider.RedirectTo = elsewhere.URL + "/chat/completions"
	w := in.tenant(t)
	w.credential(t, "llm", provider.URL)
	theirs := in.secret()
	flow := w.workflow(t, "ask", ask(provider.URL, "$credentials.llm"))
	provider.Behave(how)
	id := w.name[len("workspaces/"):]
	for _, start := range []func(open, closed string) reply{
		func(open, _ string) reply {
			return in.guest().call(t, "POST", "/v1/shared/"+open+":run", question("x"), short...)
		},
		func(open, _ string) reply {
			return in.guest().call(t, "POST", "/v1/shared/"+open+":runStream", question("x"), short...)
		},
		func(open, _ string) reply {
			return leave(t, in.guest(), "/s/"+open+"/a/workflows/b")
		},
		func(_, closed string) reply {
			own := object{"inputs": object{"llm_api_key": theirs}}
			return in.guest().call(t, "POST", "/v1/shared/"+closed+":run", own, short...)
		},
		func(_, _ string) reply { return w.call(t, "POST", flow+":run", question("x"), short...) },
		func(_, _ string) reply {
			return leave(t, w.client, "/"+id+"/workflows/ask")
		},
	} {
		secret := w.newValue(t, "llm") // no link uses a value that caused two suspensions
		if how == testkit.Good {
			provider.Answer("you sent " + secret + " or " + theirs)
		}
		// Separate links: a suspension must not protect the next case.
		_, open := w.share(t, flow, hidden())
		_, closed := w.share(t, flow, nil)
		before := provider.Count()
		r := start(open, closed)
		if provider.Count() == before {
			t.Errorf("the provider was not called: %s", r)
		}
		if r.status >= 500 && r.status != http.StatusServiceUnavailable && r.status != http.StatusGatewayTimeout && r.status != http.StatusBadGateway {
			t.Errorf("a provider that fails is answered with %s", r)
		}
	}
	if elsewhere.Count() != 0 {
		t.Errorf("a redirect was followed with %v", elsewhere.Calls()[0].Header)
	}
}

// leave is a Roboflow client that gives up after a while, because it cannot set deadlines.
func leave(t *testing.T, c *client, path string) reply {
	t.Helper()
	r, err := c.within(2*time.Second, http.MethodPost, path, roboflowBody("null", `{}`))
	if err != nil && !os.IsTimeout(err) {
		t.Fatal(err)
	}
	return r
}

// short is a client's deadline, so that a provider that hangs delays no test.
var short = []string{"Grpc-Timeout", "2S"}
