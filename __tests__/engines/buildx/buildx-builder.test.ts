import { describe, expect, test } from '@jest/globals';
import { parseBuilder } from '../../../src/engines/buildx/buildx-builder.ts';
import { formatPlatform } from '../../../src/platform/platform.ts';

/** buildx 0.30.1 with BuildKit 0.26.2; what it says of garbage collection is cut short. */
const running = `Name:          here
Driver:        remote
Last Activity: 2026-11-21 16:51:52 +0000 UTC

Nodes:
Name:             here0
Endpoint:         unix:///run/buildkit/buildkitd.sock
Status:           running
BuildKit version: v0.26.2
Platforms:        linux/amd64, linux/amd64/v2, linux/arm64, linux/ppc64, linux/ppc64le, linux/s390x, linux/arm/v7
Labels:
 org.mobyproject.buildkit.worker.executor:         oci
 org.mobyproject.buildkit.worker.hostname:         vm
GC Policy rule#0:
 All:            false
 Keep Duration:  48h0m0s
`;

/** From the manual of buildx 0.10. */
const twoNodes = `
Name:   elated_tesla
Driver: docker-container

Nodes:
Name:      elated_tesla0
Endpoint:  unix:///var/run/docker.sock
Status:    running
Buildkit:  v0.10.3
Platforms: linux/amd64

Name:      elated_tesla1
Endpoint:  ssh://ubuntu@1.2.3.4
Status:    running
Buildkit:  v0.10.3
Platforms: linux/arm64*, linux/arm/v7, linux/arm/v6
`;

const stopped = `Name:          gone
Driver:        remote
Last Activity: 2026-11-21 16:51:19 +0000 UTC

Nodes:
Name:     gone0
Endpoint: unix:///run/none.sock
Status:   inactive
`;

describe('what buildx inspect prints', () => {
  test.each([
    ['a BuildKit elsewhere', running, 'here', 'remote'],
    ['two machines', twoNodes, 'elated_tesla', 'docker-container'],
  ])('%s', (_, text, name, driver) => {
    expect(parseBuilder(text)).toMatchObject({ name, driver });
    expect(parseBuilder(text)).not.toHaveProperty('error');
  });

  test('the version, the address and the platforms of a node, but not those that no image is for', () => {
    const [node, ...others] = parseBuilder(running).nodes;
    expect(others).toEqual([]);
    expect(node).toMatchObject({ endpoint: 'unix:///run/buildkit/buildkitd.sock', version: '0.26.2' });
    expect(node?.platforms.map(formatPlatform)).toEqual([
      'linux/amd64',
      'linux/amd64/v2',
      'linux/arm64',
      'linux/ppc64le',
      'linux/s390x',
      'linux/arm/v7',
    ]);
  });

  test('of two machines both, with the mark of platforms that were set by hand left out', () => {
    const { nodes } = parseBuilder(twoNodes);
    expect(nodes.map(({ endpoint, version }) => [endpoint, version])).toEqual([
      ['unix:///var/run/docker.sock', '0.10.3'],
      ['ssh://ubuntu@1.2.3.4', '0.10.3'],
    ]);
    expect(nodes[1]?.platforms.map(formatPlatform)).toEqual(['linux/arm64', 'linux/arm/v7', 'linux/arm/v6']);
  });

  test('a BuildKit that does not run builds for no platform', () => {
    expect(parseBuilder(stopped)).toEqual({ name: 'gone', driver: 'remote', nodes: [] });
  });

  test('what is wrong with the builder of a Docker Engine that does not run', () => {
    const text = `Name:   default
Driver: 
Error:  Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?
`;
    expect(parseBuilder(text)).toEqual({
      name: 'default',
      driver: '',
      nodes: [],
      error: 'Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?',
    });
  });

  test('nothing at all', () => {
    expect(parseBuilder('')).toEqual({ name: '', driver: '', nodes: [] });
  });
});
