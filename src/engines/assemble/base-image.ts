import { CodedError, quote } from '../../errors.ts';
import { parseImageConfig } from '../../oci/config.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { isLayout, layoutRepository, parseLayoutReference } from '../../oci/layout-reference.ts';
import { isAttestation, maxManifestBytes, parseManifest, type ImageManifest } from '../../oci/manifest.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import { formatReference, parseReference, type Reference, type Repository } from '../../oci/reference.ts';
import { parseFields, type Field } from '../../oci/schema.ts';
import {
  formatPlatform,
  normalisePlatform,
  platformOfJson,
  samePlatform,
  type Platform,
} from '../../platform/platform.ts';
import type { EngineOptions, ImageReader, PathChange } from '../options.ts';
import { existing } from '../request/request.ts';
import { BaseTree } from './base-tree.ts';

/** An image of one platform that files are put on. */
export interface BaseImage {
  readonly repository: Repository;
  /** Where it is in a registry: its full name, and what that leads to, which may be an index. */
  readonly named?: { readonly reference: string; readonly digest: Digest };
  /** Of its manifest. */
  readonly digest: Digest;
  readonly layers: readonly Descriptor[];
  /** Its configuration, as a document. */
  readonly config: Field;
  readonly diffIds: readonly Digest[];
  readonly tree: BaseTree;
}

/**
 * Reads a base image: manifest, configuration, and the folders of its layers.
 * @param text a reference, or `oci:folder[:tag]`
 * @throws E_REFERENCE; E_NOT_FOUND; E_BASE_PLATFORM with the platforms that there are; E_MANIFEST, E_LAYER for what is malformed
 */
export async function readBase(
  text: string,
  platform: Platform,
  options: Pick<EngineOptions, 'reader' | 'cwd' | 'workspace' | 'log'>,
): Promise<BaseImage> {
  const { reader, log } = options;
  if (reader === undefined)
    throw new CodedError('E_INTERNAL', 'engine assemble was given nobody to read with');
  const reference = await place(text, options);
  const { repository, tag, digest } = reference;
  const top = await reader.getManifest(repository, digest ?? tag ?? (isLayout(repository) ? '' : 'latest'));
  if (top === undefined) throw missing(text);
  const { manifest, bytes } = await imageFor(top, { text, repository, platform, reader });
  const config = await readConfig(manifest, { text, repository, platform, reader });
  const diffIds = parseImageConfig(config.bytes, `config of ${text}`).diffIds;
  if (diffIds.length !== manifest.layers.length) {
    throw new CodedError(
      'E_MANIFEST',
      `base ${quote(text)} has ${manifest.layers.length} layers and names ${diffIds.length}`,
      {
        hint: 'it is damaged; build and push it again',
      },
    );
  }
  log.info(
    `base ${text} for ${formatPlatform(platform)} is ${bytes.digest}, ${manifest.layers.length} layers`,
  );
  const tree = await readTree(manifest.layers, repository, reader);
  return {
    repository,
    ...(!isLayout(repository) && {
      named: { reference: formatReference(reference), digest: top.digest },
    }),
    digest: bytes.digest,
    layers: manifest.layers,
    config: config.document,
    diffIds,
    tree,
  };
}

async function place(text: string, options: Pick<EngineOptions, 'cwd' | 'workspace'>): Promise<Reference> {
  const layout = parseLayoutReference(text);
  if (layout === undefined) return parseReference(text);
  const folder = await existing('base', layout.repository.path, options, 'folder');
  return { ...layout, repository: layoutRepository(folder) };
}

interface Where {
  readonly text: string;
  readonly repository: Repository;
  readonly platform: Platform;
  readonly reader: ImageReader;
}

async function imageFor(
  top: ManifestBytes,
  { text, repository, platform, reader }: Where,
): Promise<{ manifest: ImageManifest; bytes: ManifestBytes }> {
  const manifest = parseManifest(top);
  if (manifest.kind === 'image') return { manifest, bytes: top };
  const listed = manifest.manifests
    .filter((entry) => !isAttestation(entry) && entry.platform !== undefined)
    .map((entry) => ({ entry, platform: platformOfJson(entry.platform ?? { os: '', architecture: '' }) }));
  const found = listed.find((each) => samePlatform(each.platform, platform));
  if (found === undefined)
    throw lacks(
      text,
      platform,
      listed.map((each) => each.platform),
    );
  const bytes = await reader.getManifest(repository, found.entry.digest);
  if (bytes === undefined) throw missing(`${text} (${found.entry.digest})`);
  const image = parseManifest(bytes);
  if (image.kind === 'image') return { manifest: image, bytes };
  throw new CodedError('E_MANIFEST', `base ${quote(text)} has an index in its index`, {
    hint: 'name the image itself, by its digest',
  });
}

async function readConfig(
  { config }: ImageManifest,
  { text, repository, platform, reader }: Where,
): Promise<{ bytes: Uint8Array; document: Field }> {
  const bytes = await reader.readBlob(repository, config, maxManifestBytes);
  const { os, architecture, variant } = parseImageConfig(bytes, `config of ${text}`);
  const own = normalisePlatform({ os, architecture, variant });
  if (!samePlatform(own, platform)) throw lacks(text, platform, [own]);
  return { bytes, document: parseFields(bytes, `config of ${text}`) };
}

function missing(text: string): CodedError {
  return new CodedError('E_NOT_FOUND', `base ${quote(text)} is not there`, {
    hint: 'check its name and tag, and whether our credentials may read it',
  });
}

function lacks(text: string, platform: Platform, there: readonly Platform[]): CodedError {
  const has = there.length === 0 ? 'none that says what it is for' : there.map(formatPlatform).join(', ');
  return new CodedError(
    'E_BASE_PLATFORM',
    `base ${quote(text)} has no ${formatPlatform(platform)}, only ${has}`,
    {
      hint: `choose a base image that has ${formatPlatform(platform)}`,
    },
  );
}

async function readTree(
  layers: readonly Descriptor[],
  repository: Repository,
  reader: ImageReader,
): Promise<BaseTree> {
  const tree = new BaseTree();
  for (const layer of layers) {
    const changes: [string, PathChange][] = [];
    await reader.layerPaths(`layer ${layer.digest}`, reader.getBlob(repository, layer), (parts, change) => {
      changes.push([parts.join('/'), change]);
    });
    tree.apply(changes);
  }
  return tree;
}
