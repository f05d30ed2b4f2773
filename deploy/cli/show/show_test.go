package show

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func printed(t *testing.T, p Printer, print func(Printer) error) string {
	t.Helper()
	var b strings.Builder
	p.out = &b
	if p.zone == nil {
		p.zone = time.FixedZone("local", 2*3600)
	}
	if err := print(p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func share() Object {
	return Object{
		"name": "workspaces/demo/workflows/read/shares/s1", "state": "SHARE_STATE_ACTIVE", "runAccess": "RUN_ACCESS_OWNER", "followLive": false,
		"chargedKey": "workspaces/demo/keys/k1", "createTime": "2026-11-29T22:00:00.5Z", "frameOrigins": []any{}, "description": "a\x1b[31mb",
		"limits":   Object{"period": "PERIOD_DAY", "runs": "100"},
		"detected": Object{"models": []any{Object{"step": "a"}, Object{"step": "b"}}},
		"notices":  []any{Object{"severity": "info", "text": "a guide"}, Object{"severity": "warning", "text": "It costs."}},
	}
}

func TestOneHasWordsAndNoJSON(t *testing.T) {
	t.Parallel()
	got := printed(t, Printer{}, func(p Printer) error {
		return p.One(share(), "name", "state", "runAccess", "followLive", "chargedKey", "createTime", "frameOrigins", "description", "limits", "detected", "notices")
	})
	want := `name         read/s1
state        active
run access   owner
follow live  no
charged key  k1
created      2026-11-30 00:00:00
description  a�[31mb
limits       period day, runs 100
detected     models: step a
               step b
warning      It costs.
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// People see short names, sizes and hashes, and words instead of the API's field names.
func TestTablesAreForPeople(t *testing.T) {
	t.Parallel()
	row := Object{
		"name": "workspaces/demo/people/per_1", "key": "workspaces/demo/sessions/ses_1", "sizeBytes": "15595075", "versionHash": strings.Repeat("ab", 32),
		"hosts": []any{"https://api.openai.com:443", "https://llm.example:8443"}, "createTime": "2026-11-29T22:00:00Z", "uri": "https://k.example/s/t",
	}
	got := printed(t, Printer{}, func(p Printer) error {
		return p.List(Object{"rows": []any{row}}, "rows", "name", "key", "sizeBytes", "versionHash", "hosts", "createTime", "uri")
	})
	want := `NAME   KEY    SIZE     VERSION HASH  HOSTS                                             CREATED              LINK
per_1  ses_1  15.6 MB  abababababab  https://api.openai.com, https://llm.example:8443  2026-11-30 00:00:00  https://k.example/s/t
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := printed(t, Printer{}, func(p Printer) error { return p.List(Object{}, "rows", "name") }); got != "None.\n" {
		t.Errorf("an empty list prints %q", got)
	}
}

func TestListAndPages(t *testing.T) {
	t.Parallel()
	page := Object{"shares": []any{share()}, "nextPageToken": "p2"}
	got := printed(t, Printer{}, func(p Printer) error { return p.List(page, "shares", "name", "state", "missing") })
	if want := "NAME     STATE   MISSING\nread/s1  active  -\nMore: add --page-token p2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// People read a title first, and find the name that commands take behind it.
func TestTitlesComeFirst(t *testing.T) {
	t.Parallel()
	run := Object{"share": "workspaces/demo/workflows/read/shares/s1", "shareTitle": "Web\x1b[1msite", "group": "workspaces/demo/keys/k1", "title": "Laptop"}
	got := printed(t, Printer{}, func(p Printer) error {
		return errors.Join(p.One(run, "share"), p.List(Object{"rows": []any{run, Object{"group": "k2"}}}, "rows", "group"))
	})
	if want := "share  Web\uFFFD[1msite (read/s1)\nGROUP\nLaptop (k1)\nk2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJSONIsExact(t *testing.T) {
	t.Parallel()
	got := printed(t, Printer{JSON: true}, func(p Printer) error { return p.One(Object{"state": "SHARE_STATE_ACTIVE", "other": "<&>"}, "state") })
	if want := "{\n  \"other\": \"<&>\",\n  \"state\": \"SHARE_STATE_ACTIVE\"\n}\n"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestColoursOnlyOnATerminal(t *testing.T) {
	t.Parallel()
	list := func(p Printer) error { return p.List(Object{"shares": []any{share()}}, "shares", "name", "state") }
	if got := printed(t, Printer{colour: true}, list); !strings.Contains(got, green+"active"+reset) || !strings.HasPrefix(got, bold) {
		t.Errorf("%q has no colours", got)
	}
	var b strings.Builder
	if err := list(New(&b, false)); err != nil || strings.Contains(b.String(), "\x1b") {
		t.Errorf("%q, %v", b.String(), err)
	}
}

func TestShortNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"workspaces/demo": "demo", "workspaces/demo/keys/k": "k", "workspaces/demo/workflows/w/versions/3": "w/3", "workspaces/operator/keys/guest": "workspaces/operator/keys/guest",
	} {
		if got := Short(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}
