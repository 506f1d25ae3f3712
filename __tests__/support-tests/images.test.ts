import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { tar } from '../support/tar.ts';
import { tinyArchitectures, tinyProgram } from '../support/tiny-programs.js';

const nodeNames: Readonly<Record<string, string>> = { x64: 'amd64', ppc64: 'ppc64le' };

describe('tiny programs', () => {
  test.each([
    ['amd64', 'little', 1, 62, 0],
    ['arm64', 'little', 1, 183, 0],
    ['ppc64le', 'little', 1, 21, 2],
    ['s390x', 'big', 2, 22, 0],
  ] as const)('%s is a 64-bit %s-endian program', (architecture, order, data, machine, flags) => {
    const program = tinyProgram(architecture);
    const view = new DataView(program.buffer, program.byteOffset);
    expect(program.subarray(0, 6)).toEqual(Buffer.of(0x7f, 0x45, 0x4c, 0x46, 2, data));
    expect(view.getUint16(18, order === 'little')).toBe(machine);
    expect(view.getUint32(48, order === 'little')).toBe(flags);
    expect(program.toString('latin1')).toContain(`hello from ${architecture}\n`);
  });

  const here = tinyArchitectures.find((name) => name === (nodeNames[arch()] ?? arch()));
  (here === undefined || process.platform !== 'linux' ? test.skip : test)(
    'the one of this machine runs',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'tiny-'));
      try {
        const file = join(folder, 'hello');
        writeFileSync(file, tinyProgram(here ?? 'amd64', 'a line of any length, även så'));
        chmodSync(file, 0o755);
        expect(execFileSync(file, { encoding: 'utf8' })).toBe('a line of any length, även så\n');
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  );
});

describe('images', () => {
  test('config, layers and manifest agree with each other', () => {
    const image = buildImage({
      platform: 'linux/arm/v7',
      labels: { a: 'b' },
      layers: [[{ name: 'f', content: 'x' }]],
    });
    const manifest = parse(image.manifest.bytes);
    const config = parse(image.blobs.get(manifest.config.digest));
    expect(config).toMatchObject({
      os: 'linux',
      architecture: 'arm',
      variant: 'v7',
      config: { Labels: { a: 'b' } },
    });
    const layer = image.blobs.get(manifest.layers[0].digest) ?? Buffer.alloc(0);
    expect(manifest.layers[0].size).toBe(layer.length);
    expect(config.rootfs.diff_ids).toEqual([digestOf(gunzipSync(layer))]);
    expect(image.descriptor.platform).toEqual({ os: 'linux', architecture: 'arm', variant: 'v7' });
  });

  test('the same spec gives the same bytes', () => {
    expect(buildImage().manifest.digest).toBe(buildImage().manifest.digest);
    expect(buildImage().manifest.digest).not.toBe(buildImage({ format: 'docker' }).manifest.digest);
  });

  test('an index with an attestation comes into the registry whole', async () => {
    await using registry = await startFakeRegistry();
    const image = buildImage();
    const attestation = buildAttestation(image);
    addToRegistry(registry, 'acme/app', buildIndex([image, attestation]), 'v1');
    const index = parse(registry.manifest('acme/app', 'v1')?.bytes);
    expect(index.manifests.map((entry) => entry.digest)).toEqual([
      image.manifest.digest,
      attestation.manifest.digest,
    ]);
    expect(index.manifests[1]?.annotations?.['vnd.docker.reference.digest']).toBe(image.manifest.digest);
    for (const blob of [...image.blobs.keys(), ...attestation.blobs.keys()]) {
      expect(registry.blob('acme/app', blob)).toBeDefined();
    }
    expect(registry.requests).toEqual([]);
  });

  test('an archive has a header that checks out', () => {
    const archive = tar([{ name: 'bin/hello', content: 'hi', mode: 0o755 }]);
    const sum = archive
      .subarray(0, 512)
      .reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
    expect(Number.parseInt(archive.toString('latin1', 148, 154), 8)).toBe(sum);
    expect(archive.length).toBe(512 + 512 + 1024);
  });
});

/** A document of our own making, read to be compared. */
interface Document {
  readonly config: Descriptor;
  readonly layers: readonly [Descriptor];
  readonly manifests: readonly Descriptor[];
  readonly rootfs: { readonly diff_ids: readonly string[] };
}

function parse(bytes: Uint8Array | undefined): Document {
  return JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Document;
}
