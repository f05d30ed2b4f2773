package gateway

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/keyhole-dev/keyhole/gateway/gatewaytest"
	"github.com/keyhole-dev/keyhole/gateway/intake"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
	"github.com/keyhole-dev/keyhole/services/kit/testkit/attack"
)

// keeping keeps the inputs of runs.
type keeping struct {
	runnerv1.UnimplementedRunnerServiceServer
	got chan *runnerv1.RunSharedWorkflowRequest
}

func (k *keeping) RunSharedWorkflow(_ context.Context, r *runnerv1.RunSharedWorkflowRequest) (*runnerv1.RunResponse, error) {
	k.got <- r
	return &runnerv1.RunResponse{Run: "run_1"}, nil
}

// formGateway has one link, "live", that takes a picture. Its largest body has 3 MiB.
func formGateway(t *testing.T) (http.Handler, *keeping) {
	t.Helper()
	runs := &keeping{got: make(chan *runnerv1.RunSharedWorkflowRequest, 10)}
	live := &sharingv1.SharedWorkflow{Interface: &sharingv1.Interface{Inputs: []*sharingv1.Input{{Name: "image", Type: "WorkflowImage"}}}}
	conn := gatewaytest.Dial(t, func(s *grpc.Server) {
		runnerv1.RegisterRunnerServiceServer(s, runs)
		sharingv1.RegisterSharingServiceServer(s, &links{views: map[string]*sharingv1.SharedWorkflow{"live": live}})
	})
	var cfg Config
	cfg.setDefaults()
	bodies := &intake.Reader{Memory: intake.NewMemory(cfg.Bodies), Max: 3 << 20, Pace: intake.UsualPace}
	g, err := build(t.Context(), cfg, depsOf(conn), bodies, placeholder())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if used := bodies.Memory.Used(); used != 0 {
			t.Errorf("%d bytes are still counted", used)
		}
	})
	return g, runs
}

func imageForm(t *testing.T, size int) (kind, body string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	file, err := w.CreateFormFile("image", "cat.jpg")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.Write(bytes.Repeat([]byte("a"), size))
	_ = w.Close()
	return w.FormDataContentType(), out.String()
}

func TestRunsTakeFormsAndPictures(t *testing.T) {
	t.Parallel()
	g, runs := formGateway(t)
	kind, form := imageForm(t, 3)
	for contentType, body := range map[string]string{kind: form, "image/jpeg": "aaa"} {
		got := gatewaytest.Send(t, g, http.MethodPost, "/v1/shared/live:run", body, "Content-Type", contentType)
		if got.Status != http.StatusOK {
			t.Fatalf("%s: %s", contentType, got)
		}
		if run := <-runs.got; string(run.GetInputs()) != `{"image":{"type":"base64","value":"YWFh"}}` || run.GetToken() != "live" {
			t.Errorf("%s: %s of %s", contentType, run.GetInputs(), run.GetToken())
		}
	}
	// As before, other content types are JSON.
	gatewaytest.Send(t, g, http.MethodPost, "/v1/shared/live:run", `{"inputs":{"image":1}}`, "Content-Type", "application/x-www-form-urlencoded")
	if run := <-runs.got; string(run.GetInputs()) != `{"image":1}` {
		t.Errorf("%s", run.GetInputs())
	}
}

// A form or a picture has the limits and the checks of JSON: the size of its JSON, the origin of
// the page, and the rights of the link.
func TestAttackFormsThroughALink(t *testing.T) {
	t.Parallel()
	a := attack.New(t, "L1", "forms and pictures that are too large, of another site, or for another link")
	g, runs := formGateway(t)
	large, form := imageForm(t, 9<<18) // 2.25 MiB and the rest of the form: 3 MiB as JSON
	small, little := imageForm(t, 3)
	for name, c := range map[string]struct {
		path, kind, body string
		origin           string
		status           int
	}{
		"too large as JSON":        {"/v1/shared/live:run", large, form, "", 413},
		"a picture too large":      {"/v1/shared/live:run", "image/png", strings.Repeat("a", 9<<18+1), "", 413},
		"a page of another site":   {"/v1/shared/live:run", small, little, "https://evil.example", 403},
		"a picture of a site":      {"/v1/shared/live:runStream", "image/png", "aaa", "https://evil.example", 403},
		"a link that is not there": {"/v1/shared/dead:run", small, little, "", 404},
		"a form for a fork":        {"/v1/shared/live:fork", small, little, "", 400},
		"a form for a workspace":   {"/v1/workspaces/a/workflows/b:run", small, little, "", 400},
	} {
		header := []string{"Content-Type", c.kind}
		if c.origin != "" {
			header = append(header, "Origin", c.origin)
		}
		got := gatewaytest.Send(t, g, http.MethodPost, c.path, c.body, header...)
		a.Attempt(got.Status == c.status && len(runs.got) == 0, "%s: %s, %d runs", name, got, len(runs.got))
	}
}
