package e2e_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// badInput: everything wrong is refused by name, and uses no lasting resource of the
// server.
func badInput(t *testing.T, in *installation) {
	w := in.tenant(t)
	flow := w.workflow(t, "size", pictureSize())
	t.Run("unknown fields", func(t *testing.T) { unknownFields(t, w) })
	t.Run("what no message carries", func(t *testing.T) { uncarried(t, in, w) })
	t.Run("definitions", func(t *testing.T) { brokenDefinitions(t, w) })
	t.Run("pictures", func(t *testing.T) { brokenPictures(t, w, flow) })
	t.Run("models", func(t *testing.T) { brokenModels(t, w) })
	t.Run("memory", func(t *testing.T) { memory(t, in, w, flow) })
}

func pictureSize() object {
	return object{
		"version": "1.0", "inputs": []any{object{"type": "WorkflowImage", "name": "image"}},
		"steps": []any{object{
			"type": "roboflow_core/property_definition@v1", "name": "size", "data": "$inputs.image",
			"operations": []any{object{"type": "ExtractImageProperty", "property_name": "size"}},
		}},
		"outputs": []any{object{"type": "JsonField", "name": "size", "selector": "$steps.size.output"}},
	}
}

func wantRefusal(t *testing.T, what string, r reply, status int, words ...string) {
	t.Helper()
	if r.status != status || r.reason() == "" {
		t.Errorf("%s: %s", what, r)
	}
	for _, word := range words {
		if !strings.Contains(string(r.body), word) {
			t.Errorf("%s: the answer does not say %q: %s", what, word, r)
		}
	}
}

func unknownFields(t *testing.T, w *tenant) {
	for path, body := range map[string]object{
		"/workflows/size:run":           {"inputz": object{}},
		"/workflows?workflowId=x":       {"definition": plain(), "inputz": 1},
		"/keys":                         {"inputz": "x"},
		"/workflows/size/shares":        {"limits": object{"inputz": 1}},
		"/credentials?credentialId=x":   {"inputz": "x"},
		"/workflows/size:inspect":       {"inputz": true},
		"/models?modelId=x":             {"inputz": nil},
		"/workflows/size/versions?a=b":  nil,
		"/usage?groupBy=key&inputz=key": nil,
	} {
		method := http.MethodPost
		if body == nil {
			method = http.MethodGet
			wantRefusal(t, path, w.call(t, method, w.path()+path, nil), http.StatusBadRequest, strings.Split(strings.Split(path, "?")[1], "=")[0][:1])
			continue
		}
		wantRefusal(t, path, w.call(t, method, w.path()+path, body), http.StatusBadRequest, "inputz")
	}
	for what, field := range map[string]string{
		"PATCH /workflows/size": "bogus", "PATCH /workflows/size?updateMask=title&inputz=1": "inputz", "DELETE /workflows/size?inputz=1": "inputz",
		"GET /workflows?pageSize=abc": "pageSize", "GET /usage?startTime=foo": "startTime", "GET /runs?pageSize=1&pageSize=2": "pageSize",
		"POST /workflows?parent=workspaces/x": "parent", "POST /workflows?workflow.title=x": "workflow.title", "GET /keys?pageToken=%ff": "pageToken",
	} {
		method, path, _ := strings.Cut(what, " ")
		wantRefusal(t, what, w.call(t, method, w.path()+path, object{"bogus": 1}), http.StatusBadRequest, `"`+field+`"`)
	}
	form := w.call(t, http.MethodPost, w.path()+"/keys", object{"title": "as curl sends it"}, "Content-Type", "application/x-www-form-urlencoded")
	if form.status != http.StatusOK {
		t.Errorf("JSON that is called a form: %s", form)
	}
	wantRefusal(t, "broken JSON", w.call(t, http.MethodPost, w.path()+"/keys", []byte(`{"title":`)), http.StatusBadRequest)
	huge := bytes.Repeat([]byte(" "), 33<<20)
	wantRefusal(t, "a huge body", w.call(t, http.MethodPost, w.path()+"/keys", huge), http.StatusRequestEntityTooLarge)
	wantRefusal(t, "a huge body at a link", w.in.guest().call(t, http.MethodPost, "/v1/shared/x:run", huge), http.StatusRequestEntityTooLarge)
}

// uncarried: a value that protobuf cannot carry is the client's mistake, for guests too.
func uncarried(t *testing.T, in *installation, w *tenant) {
	deep := func(n int) []byte {
		return []byte(`{"inputs":{"who":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}`)
	}
	for what, body := range map[string][]byte{
		"GET /v1/shared/%ff%fe": nil, "POST /v1/shared/%ff%fe:run": []byte(`{}`), "GET /v1/workspaces/%ff/workflows": nil,
		"GET " + w.path() + "/runs?share=%ff": nil, "POST /s/%ff%fe/a/workflows/b": []byte(`{"inputs":{}}`),
		"POST " + w.path() + "/workflows?workflowId=%ff": []byte(`{}`),
		"POST " + w.path() + "/workflows/size:run":       deep(5000), "POST " + w.path() + "/workflows?workflowId=deep": deep(9000),
		"POST /v1/shared/x:run": deep(5000), "POST /s/x/a/workflows/b": deep(9000),
	} {
		method, path, _ := strings.Cut(what, " ")
		for _, c := range []*client{w.client, in.guest()} {
			if r := c.call(t, method, path, body); r.status < 400 || r.status >= 500 || len(r.body) == 0 {
				t.Errorf("%s: %s", what, r)
			}
		}
	}
}

// brokenDefinitions: every problem is named with its step, not only the first.
func brokenDefinitions(t *testing.T, w *tenant) {
	step := func(kind, name, data string) object {
		return object{"type": "roboflow_core/" + kind, "name": name, "data": data, "operations": []any{}}
	}
	r := w.call(t, http.MethodPost, w.path()+"/workflows?workflowId=broken", object{"definition": object{
		"version": "1.0", "inputs": []any{object{"type": "WorkflowImage", "name": "image"}},
		"steps": []any{
			object{"type": "roboflow_core/nonsense@v9", "name": "unheard"},
			step("property_definition@v1", "lost", "$steps.nowhere.output"),
			step("property_definition@v1", "ring", "$steps.ring2.output"), step("property_definition@v1", "ring2", "$steps.ring.output"),
			object{"type": "roboflow_core/bounding_box_visualization@v1", "name": "misfit", "image": "$inputs.image", "predictions": "$inputs.image"},
		},
		"outputs": []any{object{"type": "JsonField", "name": "o", "selector": "$steps.absent.output"}},
	}})
	wantRefusal(t, "a definition with six mistakes", r, http.StatusBadRequest, "nonsense", "unheard", "nowhere", "lost", "ring", "misfit", "absent")
	wantRefusal(t, "no definition at all", w.call(t, http.MethodPost, w.path()+"/workflows?workflowId=broken", object{"definition": object{}}), http.StatusBadRequest)
	if r := w.call(t, http.MethodGet, w.path()+"/workflows/broken", nil); r.status != http.StatusNotFound {
		t.Errorf("a broken workflow was saved: %s", r)
	}
}

// giant is the head of a PNG that declares 60 000 x 60 000 pixels: 10 GB.
func giant() []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	head := append([]byte("IHDR"), 0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60, 8, 2, 0, 0, 0)
	_ = binary.Write(&b, binary.BigEndian, uint32(13))
	b.Write(head)
	_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(head))
	b.Write(make([]byte, 1000))
	return b.Bytes()
}

func run1(t *testing.T, w *tenant, flow string, image any) reply {
	t.Helper()
	return w.call(t, http.MethodPost, flow+":run", object{"inputs": object{"image": image}})
}

func brokenPictures(t *testing.T, w *tenant, flow string) {
	good := sign(t, "GOOD")
	if r := run1(t, w, flow, picture(good)); r.status != http.StatusOK {
		t.Fatal(r)
	}
	for what, image := range map[string]any{
		"noise":               picture([]byte(strings.Repeat("noise", 100))),
		"not base64":          object{"type": "base64", "value": "!!!"},
		"an empty picture":    object{"type": "base64", "value": ""},
		"a number":            7,
		"a path":              object{"type": "file", "value": "/etc/passwd"},
		"an unknown scheme":   object{"type": "url", "value": "gopher://127.0.0.1/"},
		"a metadata address":  object{"type": "url", "value": "http://169.254.169.254/latest/meta-data/"},
		"base64 of base64":    picture([]byte(base64.StdEncoding.EncodeToString(good))),
		"an object with more": object{"type": "base64", "value": "aGk=", "numpy": true},
	} {
		if r := run1(t, w, flow, image); r.status < 400 || r.status >= 500 || r.reason() == "" {
			t.Errorf("%s: %s", what, r)
		} else if strings.Contains(string(r.body), "root:") {
			t.Errorf("%s: it shows a file: %s", what, r)
		}
	}
	// A block that reads pixels, and not only the size, has to decode the picture.
	demo := w.in.demoOwner(t)
	wantRefusal(t, "a torn picture", run1(t, demo, demo.path()+"/workflows/read-text", picture(good[:len(good)/3])), http.StatusBadRequest)
	r := run1(t, w, flow, picture(giant()))
	wantRefusal(t, "a picture of 60 000 x 60 000", r, http.StatusRequestEntityTooLarge)
}

func brokenModels(t *testing.T, w *tenant) {
	w.post(t, w.path()+"/models?modelId=junk", object{"title": "junk"})
	for what, raw := range map[string][]byte{
		"noise": bytes.Repeat([]byte("no model "), 1000), "nothing": {}, "a torn archive": append([]byte("PK\x03\x04"), make([]byte, 500)...),
	} {
		version := w.post(t, w.path()+"/models/junk/versions", object{}).text("name")
		r := w.call(t, http.MethodPut, "/v1/"+version+"/artifact", bytes.NewReader(raw))
		if r.status == http.StatusOK && r.text("state") == "STATE_READY" || r.status >= 500 {
			t.Errorf("a model of %s: %s", what, r)
		}
	}
}

// memory: after hundreds of large and broken requests the programs use as much memory as
// before.
func memory(t *testing.T, in *installation, w *tenant, flow string) {
	large := bytes.Repeat([]byte("x"), 6<<20)
	storm := func(n int) {
		var workers sync.WaitGroup
		for i := range 4 {
			workers.Go(func() {
				for j := range n / 4 {
					switch (i + j) % 4 {
					case 0:
						run1(t, w, flow, picture(giant()))
					case 1:
						run1(t, w, flow, picture(large))
					case 2:
						w.call(t, http.MethodPost, w.path()+"/keys", append([]byte(`{"title": "`), large...))
					default:
						run1(t, w, flow, picture(sign(t, "TORN")[:3000]))
					}
				}
			})
		}
		workers.Wait()
	}
	storm(40)
	before := in.resident(t)
	storm(200)
	after := in.resident(t)
	t.Logf("resident: %v MiB, after 200 more bad requests %v MiB", before>>20, after>>20)
	if after > before+before/2+64<<20 {
		t.Errorf("the programs have grown from %d to %d MiB over 200 bad requests", before>>20, after>>20)
	}
}

// resident returns the memory of all programs.
func (in *installation) resident(t testing.TB) (bytes int64) {
	t.Helper()
	for _, name := range in.order {
		raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", in.programs[name].cmd.Process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(raw), "VmRSS:")
		n, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		bytes += n << 10
	}
	return bytes
}
