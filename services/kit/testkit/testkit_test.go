package testkit_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"github.com/keyhole-dev/keyhole/services/kit/testkit"
)

func TestDatabasesAreNewEachTime(t *testing.T) {
	t.Parallel()
	urls := make(chan string, 4)
	for range 2 {
		testkit.Databases(t, func(t *testing.T, url string) {
			urls <- url
			if strings.HasPrefix(url, "sqlite:") {
				return
			}
			ctx := t.Context()
			conn, err := pgx.Connect(ctx, url)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close(ctx) }()
			if _, err := conn.Exec(ctx, "CREATE TABLE t (a int)"); err != nil {
				t.Errorf("not an empty database: %v", err)
			}
		})
	}
	t.Cleanup(func() { // after the parallel subtests
		close(urls)
		seen := make(map[string]bool)
		for u := range urls {
			if seen[u] {
				t.Errorf("%s was handed out twice", u)
			}
			seen[u] = true
		}
		if len(seen) != 4 {
			t.Errorf("%d databases, want 4", len(seen))
		}
	})
}

func TestRedisClusterRefusesWhatSpansSlots(t *testing.T) {
	t.Parallel()
	url := strings.Replace(testkit.RedisCluster(t), "+cluster", "", 1)
	o, err := redis.ParseClusterURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClusterClient(o)
	defer func() { _ = c.Close() }()
	for i := range 50 { // keys in all thirds
		if err := c.Set(t.Context(), fmt.Sprint("k", i), "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
	err = c.Eval(t.Context(), "return redis.call('GET', KEYS[1])", []string{"{a}1", "{b}1"}).Err()
	if err == nil || !strings.Contains(err.Error(), "slot") {
		t.Errorf("a script over two slots: %v", err)
	}
}

func TestRedisIsEmpty(t *testing.T) {
	t.Parallel()
	for range 3 {
		t.Run("", func(t *testing.T) {
			o, err := redis.ParseURL(testkit.Redis(t))
			if err != nil {
				t.Fatal(err)
			}
			c := redis.NewClient(o)
			defer func() { _ = c.Close() }()
			if n, err := c.Incr(t.Context(), "n").Result(); err != nil || n != 1 {
				t.Errorf("first increment gives %d, %v", n, err)
			}
		})
	}
}

// A test process that is killed must leave no servers and no folders. The test runs itself
// as a child, kills it, and watches what it started.
func TestServersEndWithAKilledProcess(t *testing.T) {
	if os.Getenv("TESTKIT_CHILD") != "" {
		fmt.Println("URL", testkit.Redis(t))
		fmt.Println("URL", testkit.Postgres(t))
		select {}
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestServersEndWithAKilledProcess$")
	cmd.Env = append(os.Environ(), "TESTKIT_CHILD=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var redisURL, dir string
	for redisURL == "" || dir == "" {
		var word, url string
		if _, err := fmt.Fscanln(out, &word, &url); err != nil && word == "" && errors.Is(err, io.EOF) {
			t.Fatal("the child ended before its servers were up")
		}
		if strings.HasPrefix(url, "redis:") {
			redisURL = url
		}
		if _, rest, ok := strings.Cut(url, "host="); ok {
			dir, _, _ = strings.Cut(strings.ReplaceAll(rest, "%2F", "/"), "&")
		}
	}
	if _, err := os.Stat(dir); err != nil {
		t.Fatalf("the server's folder: %v", err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	o, err := redis.ParseURL(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	o.MaxRetries = -1
	c := redis.NewClient(o)
	defer func() { _ = c.Close() }()
	for {
		_, statErr := os.Stat(dir)
		if c.Ping(ctx).Err() != nil && ctx.Err() == nil && os.IsNotExist(statErr) {
			return
		}
		if ctx.Err() != nil {
			t.Fatal("the servers of a killed process still run")
		}
		time.Sleep(20 * time.Millisecond) // other processes end when they end
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	p := testkit.Provider(t)
	elsewhere := testkit.Provider(t)
	p.RedirectTo = elsewhere.URL + "/chat/completions"
	ask := func(body string) (int, string, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL+"/chat/completions", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer sk-test")
		resp, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = resp.Body.Close() }()
		var b bytes.Buffer
		_, err = b.ReadFrom(resp.Body)
		return resp.StatusCode, b.String(), err
	}
	for how, want := range map[testkit.Behaviour]struct {
		status int
		part   string
	}{
		testkit.Good: {200, "a red motorcycle"}, testkit.EchoUnauthorized: {401, "sk-test"}, testkit.ServerError: {500, "sk-test"},
		testkit.Redirect: {307, ""}, testkit.EchoGzip: {200, "you sent Bearer sk-test"}, testkit.EchoStream: {200, `" sk"`},
		testkit.RateLimited: {429, "slow down"}, testkit.Garbage: {200, "<html>"},
	} {
		p.Behave(how)
		status, body, err := ask(`{}`)
		if err != nil || status != want.status || !strings.Contains(body, want.part) {
			t.Errorf("behaviour %d: %d %q %v", how, status, body, err)
		}
	}
	p.Behave(testkit.Reset)
	if _, _, err := ask(`{}`); err == nil {
		t.Error("a reset connection gave a whole answer")
	}
	p.Behave(testkit.Good)
	if _, body, err := ask(`{"stream":true}`); err != nil || !strings.HasSuffix(body, "data: [DONE]\n\n") {
		t.Errorf("stream: %q %v", body, err)
	}
	if n, first := p.Count(), p.Calls()[0]; n != 10 || first.Path != "/v1/chat/completions" || first.Header.Get("Authorization") != "Bearer sk-test" {
		t.Errorf("%d calls recorded, the first %+v", n, first)
	}
	if elsewhere.Count() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestProviderHangsUntilTheClientGivesUp(t *testing.T) {
	t.Parallel()
	p := testkit.Provider(t)
	p.Behave(testkit.Hang)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("an answer came")
	}
}
