// Package vendors has a server on loopback that speaks the published protocols of model
// providers: their requests, answers, refusals and errors. It checks each request as the
// provider would, and records it.
package vendors

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// Call is one request.
type Call struct {
	// Vendor is the provider that was asked, by its host; Key is where it expects the key.
	Vendor, Key         string
	Method, Path, Query string
	Header              http.Header
	Body                []byte
}

// Server is a server of all providers. The host of a request says which one is meant.
type Server struct {
	URL string

	mu    sync.Mutex
	mood  Mood
	moods map[string]Mood // by key
	text  string
	calls []Call
}

// Start starts a server, which ends with the test.
func Start(t testing.TB) *Server {
	t.Helper()
	s := New()
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	s.URL = listener.URL
	return s
}

// New returns a server that does not listen.
func New() *Server { return &Server{mood: Good, moods: map[string]Mood{}, text: "a red motorcycle"} }

// Hosts lists the hosts of all providers, with the ports of those that have no TLS.
func Hosts() []string { return slices.Sorted(maps.Keys(hosts)) }

// FeelTowards changes the mood towards the owner of a key.
func (s *Server) FeelTowards(key string, m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moods[key] = m
}

// Feel changes the mood from now on.
func (s *Server) Feel(m Mood) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = m
}

// Say sets the text of good answers.
func (s *Server) Say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
}

// Calls returns the requests so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// hosts maps hosts to providers.
var hosts = map[string]vendor{
	"api.openai.com":                    openAI("openai"),
	"api.groq.com":                      openAI("groq"),
	"ollama.example.com:11434":          ollama,
	"openrouter.ai":                     openRouter,
	"api.x.ai":                          xAI,
	"api.anthropic.com":                 anthropic,
	"generativelanguage.googleapis.com": gemini,
	"vision.googleapis.com":             vision,
	"api.stability.ai":                  stability,
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v, known := hosts[r.Host]
	if !known {
		http.Error(w, "no provider at "+r.Host, http.StatusNotImplemented)
		return
	}
	key := v.key(r.Header)
	s.mu.Lock()
	s.calls = append(s.calls, Call{Vendor: v.name, Key: key, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header.Clone(), Body: body})
	mood, text := s.mood, s.text
	if own, ok := s.moods[key]; ok {
		mood = own
	}
	s.mu.Unlock()
	if fault := v.fault(r, body); fault != "" {
		v.refuse(fault).write(w)
		return
	}
	v.answer(w, r, mood, key, text)
}

func (v vendor) answer(w http.ResponseWriter, r *http.Request, mood Mood, key, text string) {
	special := v.moods[mood]
	switch {
	case special != nil:
		special(key).write(w)
	case mood == Garbage:
		_, _ = io.WriteString(w, "<html>not what you asked for</html>")
	case mood == Rejected:
		v.refuse("this request is not valid").write(w)
	case mood == Broken:
		http.Error(w, "<html>"+key+"</html>", http.StatusInternalServerError)
	case mood == Huge:
		tooMuch(w)
	case mood == Slow:
		_, _ = io.WriteString(w, `{"choices": [`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	case v.talk != nil && slices.Contains(talking, mood):
		v.talk(r, mood, text).write(w)
	default:
		v.good(w, r, text)
	}
}

// Shows reports whether the answer of a provider quotes the key, by its host.
func Shows(host string, m Mood) bool {
	return m == Broken || m == BadKey && hosts[host].moods[BadKey] != nil
}

// Moods lists the moods that a provider has answers of its own for, by its host, except those
// that take long.
func Moods(host string) []Mood {
	v := hosts[host]
	moods := []Mood{Garbage, Rejected, Broken}
	if v.talk != nil {
		moods = append(moods, talking...)
	}
	for m := range v.moods {
		moods = append(moods, m)
	}
	return moods
}
