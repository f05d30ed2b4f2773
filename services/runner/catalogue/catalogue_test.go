package catalogue_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	errorsv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/errors/v1"
	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	"github.com/keyhole-dev/keyhole/services/kit/errs"
	"github.com/keyhole-dev/keyhole/services/runner/blocks"
	"github.com/keyhole-dev/keyhole/services/runner/catalogue"
	"github.com/keyhole-dev/keyhole/services/workflow/manifest"
)

func core(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.New(manifest.Core())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// all reads every page.
func all(t *testing.T, c *catalogue.Catalogue, r *runnerv1.ListBlocksRequest) []*runnerv1.Block {
	t.Helper()
	var out []*runnerv1.Block
	for {
		page, err := c.List(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, page.GetBlocks()...)
		if r.PageToken = page.GetNextPageToken(); r.PageToken == "" {
			if int(page.GetTotalSize()) != len(out) {
				t.Errorf("%d of %d blocks were listed", len(out), page.GetTotalSize())
			}
			return out
		}
	}
}

func TestPagesHaveEveryBlockOnce(t *testing.T) {
	t.Parallel()
	c := core(t)
	list := all(t, c, &runnerv1.ListBlocksRequest{PageSize: 7})
	byType := func(a, b *runnerv1.Block) int { return strings.Compare(a.GetType(), b.GetType()) }
	if len(list) != len(manifest.Core().All()) || !slices.IsSortedFunc(list, byType) {
		t.Errorf("%d blocks, sorted %v", len(list), slices.IsSortedFunc(list, byType))
	}
	for _, b := range list {
		if b.GetRunnable() != (blocks.All()[b.GetType()] != nil) || !b.GetRunnable() && b.GetNotRunnableMessage() == "" {
			t.Errorf("%s: runnable %v, because %q", b.GetType(), b.GetRunnable(), b.GetNotRunnableMessage())
		}
		if b.GetSchema() != nil {
			t.Errorf("%s: a list has no schemas", b.GetType())
		}
		one, err := c.Get(&runnerv1.GetBlockRequest{Name: b.GetName()})
		if err != nil || !json.Valid(one.GetSchema()) || !json.Valid(one.GetExample()) {
			t.Errorf("%s: %v", b.GetName(), err)
		}
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	c, yes, no := core(t), true, false
	for name, f := range map[string]struct {
		request *runnerv1.ListBlocksRequest
		with    []string
		without []string
	}{
		"category":    {&runnerv1.ListBlocksRequest{Category: "sink"}, []string{"roboflow_core/webhook_sink@v1"}, []string{"roboflow_core/open_ai@v5"}},
		"kind":        {&runnerv1.ListBlocksRequest{Kind: "embedding"}, []string{"roboflow_core/clip@v1", "roboflow_core/cosine_similarity@v1"}, []string{"roboflow_core/open_ai@v5"}},
		"words":       {&runnerv1.ListBlocksRequest{Text: "line COUNTER"}, []string{"roboflow_core/line_counter@v2"}, []string{"roboflow_core/open_ai@v5"}},
		"former type": {&runnerv1.ListBlocksRequest{Text: "objectdetectionmodel"}, []string{"roboflow_core/roboflow_object_detection_model@v1"}, []string{"roboflow_core/open_ai@v5"}},
		"runnable":    {&runnerv1.ListBlocksRequest{Runnable: &yes}, []string{"roboflow_core/open_ai@v5"}, []string{"roboflow_core/sam3@v1"}},
		"the others":  {&runnerv1.ListBlocksRequest{Runnable: &no}, []string{"roboflow_core/sam3@v1"}, []string{"roboflow_core/open_ai@v5"}},
		"all of them": {&runnerv1.ListBlocksRequest{Category: "video", Text: "sam3", Runnable: &no}, []string{"roboflow_core/sam3_video@v1"}, []string{"roboflow_core/line_counter@v2"}},
	} {
		var types []string
		f.request.PageSize = 3
		for _, b := range all(t, c, f.request) {
			types = append(types, b.GetType())
		}
		for _, want := range f.with {
			if !slices.Contains(types, want) {
				t.Errorf("%s: %s is missing", name, want)
			}
		}
		for _, unwanted := range f.without {
			if slices.Contains(types, unwanted) {
				t.Errorf("%s: %s is there", name, unwanted)
			}
		}
	}
}

func TestWhatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	c := core(t)
	_, err := c.Get(&runnerv1.GetBlockRequest{Name: "blocks/roboflow_core.none@v1"})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_NOT_FOUND {
		t.Errorf("got %v", err)
	}
	_, err = c.List(&runnerv1.ListBlocksRequest{PageToken: "none"})
	if errs.ReasonOf(err) != errorsv1.Reason_REASON_INVALID_REQUEST {
		t.Errorf("got %v", err)
	}
	full, err := c.List(&runnerv1.ListBlocksRequest{PageSize: 1, View: runnerv1.BlockView_BLOCK_VIEW_FULL})
	if err != nil || full.GetBlocks()[0].GetSchema() == nil {
		t.Errorf("the full view has no schema: %v", err)
	}
}
