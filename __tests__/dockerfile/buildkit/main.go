// Says which images BuildKit asks for, by running its own conversion with a resolver that only takes notes: what
// cases.json was made with, from the same list without "bases". In a copy of this folder outside the checkout:
//
//	go mod init oracle && go get github.com/moby/buildkit@v0.26.1 && go mod tidy && go build -o oracle .
//	./oracle < cases.json
//
// The target is linux/s390x, and the builder's own platform linux/amd64. Cases that BuildKit refuses are left out.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"sync"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

type testCase struct {
	Text   string            `json:"text"`
	Args   map[string]string `json:"args,omitempty"`
	Target string            `json:"target,omitempty"`
	Bases  []string          `json:"bases"`
}

type notes struct {
	lock  sync.Mutex
	asked map[string]bool
}

func (n *notes) ResolveImageConfig(_ context.Context, ref string, opt sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	n.lock.Lock()
	defer n.lock.Unlock()
	p := opt.ImageOpt.Platform
	n.asked[ref+" "+platforms.Format(*p)] = true
	config := fmt.Sprintf(`{"os":%q,"architecture":%q,"rootfs":{"type":"layers","diff_ids":[%q]},"config":{}}`,
		p.OS, p.Architecture, digest.FromString("layer"))
	return ref, "", []byte(config), nil
}

func ask(c *testCase) error {
	n := &notes{asked: map[string]bool{}}
	caps := pb.Caps.CapSet(pb.Caps.All())
	_, _, _, _, err := dockerfile2llb.Dockerfile2LLB(context.Background(), []byte(c.Text), dockerfile2llb.ConvertOpt{
		MetaResolver:   n,
		LLBCaps:        &caps,
		TargetPlatform: &ocispecs.Platform{OS: "linux", Architecture: "s390x"},
		Config: dockerui.Config{
			BuildArgs:      c.Args,
			Target:         c.Target,
			BuildPlatforms: []ocispecs.Platform{{OS: "linux", Architecture: "amd64"}},
		},
	})
	c.Bases = []string{}
	for base := range n.asked {
		c.Bases = append(c.Bases, base)
	}
	sort.Strings(c.Bases)
	return err
}

func main() {
	var cases, taken []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	for i := range cases {
		if ask(&cases[i]) == nil {
			taken = append(taken, cases[i])
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	out.SetEscapeHTML(false)
	if err := out.Encode(taken); err != nil {
		panic(err)
	}
}
