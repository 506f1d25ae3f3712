import { resolve } from 'node:path';
import { openLayoutTarget, type LayoutTarget } from '../layout/layout-target.ts';
import { openLayout, type Layout } from '../layout/layout.ts';
import type { Log } from '../log.ts';
import { isLayout } from '../oci/layout-reference.ts';
import type { Repository } from '../oci/reference.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import {
  registrySource,
  registryTarget,
  type Copier,
  type CopySource,
  type CopyTarget,
  type SourceVerbs,
  type TargetVerbs,
} from '../registry/copy/copier.ts';
import type { RecordSourceVerbs } from './handover-registry.ts';
import type { CopyImage } from './merge-copy.ts';
import type { ReadVerbs } from './repository-reader.ts';

export interface PlacesOptions {
  /** Where relative folders start. */
  readonly cwd: string;
  /** The layout that is written to, which need not be there yet. */
  readonly output?: Repository | undefined;
}

/** A registry's verbs, for repositories of registries and for OCI image layout folders alike. */
export type Places = PublishVerbs & ReadVerbs & RecordSourceVerbs;

/** The folders that a command reads, each opened once, and the one that it writes. */
export class Layouts {
  readonly #cwd: string;
  readonly #output: string | undefined;
  readonly #open = new Map<string, Promise<Layout>>();
  #target: Promise<LayoutTarget> | undefined;

  constructor({ cwd, output }: PlacesOptions) {
    this.#cwd = cwd;
    this.#output = output?.path;
  }

  /** @throws E_NOT_FOUND, E_INPUT, E_MANIFEST for what is no layout */
  async source({ path }: Repository): Promise<Layout> {
    const folder = resolve(this.#cwd, path);
    // What is being written is never the same twice.
    if (path === this.#output) return openLayout(folder);
    const opened = this.#open.get(folder) ?? openLayout(folder);
    this.#open.set(folder, opened);
    return opened;
  }

  /** @throws E_INPUT for a folder that has other things in it */
  async target({ path }: Repository): Promise<LayoutTarget> {
    return (this.#target ??= openLayoutTarget(resolve(this.#cwd, path)));
  }

  /** An empty reference is the only image of a layout. */
  async manifest(place: Repository, reference: string): ReturnType<Layout['manifest']> {
    if (place.path === this.#output && reference !== '')
      return (await this.target(place)).manifest(reference);
    return (await this.source(place)).manifest(reference === '' ? undefined : reference);
  }
}

/** {@link Places}, with a registry client for what is in registries. */
export function withLayouts(registry: Places, layouts: Layouts): Places {
  return {
    headManifest: async (place, ref) => {
      if (!isLayout(place)) return registry.headManifest(place, ref);
      const manifest = await layouts.manifest(place, ref);
      return manifest && { digest: manifest.digest };
    },
    getManifest: async (place, ref) =>
      isLayout(place) ? layouts.manifest(place, ref) : registry.getManifest(place, ref),
    readBlob: async (place, descriptor, max) =>
      isLayout(place)
        ? (await layouts.source(place)).blob(descriptor, max)
        : registry.readBlob(place, descriptor, max),
    getBlob: (place, descriptor) =>
      isLayout(place) ? streamed(layouts, place, descriptor) : registry.getBlob(place, descriptor),
    listReferrers: async (place, digest, artifactType) =>
      isLayout(place) ? [] : registry.listReferrers(place, digest, artifactType),
    putManifest: async (place, ref, manifest) => {
      if (!isLayout(place)) return registry.putManifest(place, ref, manifest);
      const target = await layouts.target(place);
      return ref === '' ? target.list(manifest) : target.put(ref, manifest);
    },
  };
}

async function* streamed(
  layouts: Layouts,
  place: Repository,
  descriptor: Parameters<Layout['stream']>[0],
): AsyncGenerator<Uint8Array> {
  yield* (await layouts.source(place)).stream(descriptor);
}

/** Copies between repositories, and to and from folders. */
export function copyBetween(
  copier: Copier,
  client: SourceVerbs & TargetVerbs,
  layouts: Layouts,
  log: Log,
): CopyImage {
  return async ({ from, to, ...copy }) => {
    if (!isLayout(from) && !isLayout(to)) return copier.copyImage({ ...copy, client, from, to });
    const source: CopySource = isLayout(from) ? await layouts.source(from) : registrySource(client, from);
    const target: CopyTarget = isLayout(to) ? await layouts.target(to) : registryTarget(client, to, log);
    return copier.copyTree({ ...copy, source, target });
  };
}
