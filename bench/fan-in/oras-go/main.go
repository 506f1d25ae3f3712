// Command oras-go-index makes the calls of `oras manifest index create --plain-http <repository>:<tag,tag> <source tag>...`
// with the library that oras itself is made of.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/retry"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println("oras-go v2.6.0")
		return
	}
	// manifest index create --plain-http target source...
	if err := create(context.Background(), os.Args[5], os.Args[6:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func create(ctx context.Context, target string, sources []string) error {
	colon := strings.LastIndex(target, ":")
	repository, err := remote.NewRepository(target[:colon])
	if err != nil {
		return err
	}
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return err
	}
	repository.PlainHTTP = true
	repository.Client = &auth.Client{Client: retry.DefaultClient, Cache: auth.NewCache(), Credential: credentials.Credential(store)}
	index := ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex}
	for _, source := range sources {
		entry, err := describe(ctx, repository, source)
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		index.Manifests = append(index.Manifests, entry)
	}
	bytes, err := json.Marshal(index)
	if err != nil {
		return err
	}
	tags := strings.Split(target[colon+1:], ",")
	described := content.NewDescriptorFromBytes(index.MediaType, bytes)
	if err := repository.PushReference(ctx, described, strings.NewReader(string(bytes)), tags[0]); err != nil || len(tags) == 1 {
		return err
	}
	_, err = oras.TagBytesN(ctx, repository, index.MediaType, bytes, tags[1:], oras.DefaultTagBytesNOptions)
	return err
}

// describe is an image as an index lists it: its platform comes from its config.
func describe(ctx context.Context, repository *remote.Repository, source string) (ocispec.Descriptor, error) {
	entry, bytes, err := oras.FetchBytes(ctx, repository, source, oras.DefaultFetchBytesOptions)
	if err != nil {
		return entry, err
	}
	var manifest ocispec.Manifest
	if err := json.Unmarshal(bytes, &manifest); err != nil {
		return entry, err
	}
	bytes, err = content.FetchAll(ctx, repository, manifest.Config)
	if err != nil {
		return entry, err
	}
	var platform ocispec.Platform
	if err := json.Unmarshal(bytes, &platform); err != nil {
		return entry, err
	}
	entry.Platform = &platform
	return entry, nil
}
