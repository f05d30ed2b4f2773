// Command grpc is a Go client of Keyhole over gRPC: it lists a workspace's
// workflows, runs one, and prints the steps while they finish.
//
//	go run ./deploy/examples/grpc -addr 127.0.0.1:8081 -workspace demo -workflow read-text -photo photo.jpg <owner.key
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	runnerv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/runner/v1"
	sharingv1 "github.com/keyhole-dev/keyhole/proto/gen/go/keyhole/sharing/v1"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8081", "address of the gRPC listener")
	workspace := flag.String("workspace", "demo", "workspace")
	workflow := flag.String("workflow", "read-text", "workflow")
	photo := flag.String("photo", "", "picture to run it on")
	flag.Parse()
	key, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(*addr, strings.TrimSpace(string(key)), *workspace, *workflow, *photo); err != nil {
		log.Fatal(err)
	}
}

func run(addr, key, workspace, workflow, photo string) error {
	// Plaintext, for the listener of `keyhole serve` on loopback. Use credentials.NewTLS
	// for a service on the network.
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return fmt.Errorf("dial: %w", err)
	}
	defer func() { _ = conn.Close() }()
	ctx := metadata.AppendToOutgoingContext(context.Background(), "authorization", "Bearer "+key)

	parent := "workspaces/" + workspace
	list, err := sharingv1.NewSharingServiceClient(conn).ListWorkflows(ctx, &sharingv1.ListWorkflowsRequest{Parent: parent})
	if err != nil {
		return fmt.Errorf("list workflows: %w", err)
	}
	for _, w := range list.GetWorkflows() {
		fmt.Println(w.GetName(), w.GetTitle())
	}
	if photo == "" {
		return nil
	}
	return stream(ctx, conn, parent+"/workflows/"+workflow, photo)
}

func stream(ctx context.Context, conn *grpc.ClientConn, name, photo string) error {
	raw, err := os.ReadFile(photo)
	if err != nil {
		return err
	}
	inputs, err := json.Marshal(map[string]any{
		"image": map[string]any{"type": "base64", "value": base64.StdEncoding.EncodeToString(raw)},
	})
	if err != nil {
		return err
	}
	events, err := runnerv1.NewRunnerServiceClient(conn).RunWorkflowStream(ctx, &runnerv1.RunWorkflowStreamRequest{Name: name, Inputs: inputs})
	if err != nil {
		return fmt.Errorf("run: %w", err)
	}
	for {
		event, err := events.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("run: %w", err)
		case event.GetStep() != nil:
			fmt.Println(event.GetStep().GetStep(), event.GetStep().GetState())
		case event.GetFinished() != nil:
			var outputs []struct{ Text json.RawMessage }
			if err := json.Unmarshal(event.GetFinished().GetOutputs(), &outputs); err != nil {
				return fmt.Errorf("read outputs: %w", err)
			}
			for _, one := range outputs {
				fmt.Printf("%s\n", one.Text)
			}
		}
	}
}
