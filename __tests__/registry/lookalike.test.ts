import { describe, expect, test } from '@jest/globals';
import { resembledRegistry } from '../../src/registry/lookalike.ts';
import { systemNetwork, type Network } from '../../src/registry/lookup.ts';
import { failureOf, repositoryOf, testClient } from './harness.ts';

describe('a name that resembles a well-known one', () => {
  test.each([
    ['ghrc.io', 'ghcr.io'],
    ['gchr.io', 'ghcr.io'],
    ['ghcr.i0', 'ghcr.io'],
    ['ghcr.oi:443', 'ghcr.io'],
    ['ghccr.io', 'ghcr.io'],
    ['qauy.io', 'quay.io'],
    ['qua.io', 'quay.io'],
    ['quayy.io', 'quay.io'],
    ['docker.lo', 'docker.io'],
    ['dokcer.io', 'docker.io'],
    ['registry-l.docker.io', 'registry-1.docker.io'],
    ['gcr.lo', 'gcr.io'],
    ['cr.io', 'gcr.io'],
    ['mcr.micosoft.com', 'mcr.microsoft.com'],
    ['public.ecr.awss', 'public.ecr.aws'],
    ['registry.gitlab.co', 'registry.gitlab.com'],
    ['egistry.redhat.io', 'registry.redhat.io'],
  ])('%s -> %s', (registry, known) => {
    expect(resembledRegistry(registry)).toBe(known);
  });

  test.each([
    ...['ghcr.io', 'gcr.io', 'icr.io', 'quay.io', 'docker.io', 'registry-1.docker.io', 'mcr.microsoft.com'],
    ...['public.ecr.aws', 'registry.gitlab.com', 'registry.redhat.io', 'ghcr.io:443'],
    ...['us.gcr.io', 'de.icr.io', 'lscr.io', 'nvcr.io', 'index.docker.io', 'registry.k8s.io', 'ocir.io'],
    ...['localhost:5000', '127.0.0.1:5000', '[::1]:5000', 'registry.example.com', 'hgrc.io', 'g', ''],
  ])('%s is what it is', (registry) => {
    expect(resembledRegistry(registry)).toBeUndefined();
  });

  test('is told once, before anything is sent there', async () => {
    const network: Network = {
      ...systemNetwork,
      resolve: (name, _options, callback) => {
        callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), []);
      },
    };
    await using context = testClient({ network });
    for (const tag of ['v1', 'v2'])
      await failureOf(context.client.headManifest(repositoryOf('ghrc.io'), tag));
    expect(context.log.lines.filter((line) => line.startsWith('warning: '))).toHaveLength(1);
    expect(context.log.lines[0]).toContain('ghrc.io is not ghcr.io, which it resembles');
  });
});
