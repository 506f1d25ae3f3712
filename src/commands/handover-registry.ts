import { CodedError, errorLine } from '../errors.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import { maxRecordBytes, type LegRecord } from '../handover/record.ts';
import { recordArtifact, recordArtifactType, recordOfArtifact } from '../handover/registry-record.ts';
import type { Log } from '../log.ts';
import { isDigest, type Digest } from '../oci/digest.ts';
import { isLayout } from '../oci/layout-reference.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { samePlatform, type Platform } from '../platform/platform.ts';
import type { RegistryClient } from '../registry/client.ts';
import { registryTarget, type TargetVerbs } from '../registry/copy/endpoints.ts';
import { listAsReferrer } from '../registry/copy/referrers.ts';
import { imageSize, type ProvenSource } from '../verify/source.ts';
import type { ReadLeg } from './handover-read.ts';
import { isOfOtherRepository } from './handover-strange.ts';
import type { ProvenSet } from './merge-legs.ts';

export type RecordTargetVerbs = TargetVerbs;
export type RecordSourceVerbs = Pick<RegistryClient, 'listReferrers' | 'getManifest' | 'readBlob'>;

/** A leg that pushes the same bytes again has a record for each time; more than these are not looked at. */
const maxLooked = 4;

/**
 * Puts a leg's record beside the image that it pushed.
 * @returns the digest of the artifact
 * @throws what a registry says that does not take it
 */
export async function pushRecord(
  client: RecordTargetVerbs,
  repository: Repository,
  subject: ManifestBytes,
  record: Uint8Array,
  log: Log,
): Promise<Digest> {
  const { manifest, descriptor, blobs } = recordArtifact(record, subject);
  const target = registryTarget(client, repository, log);
  for (const blob of blobs) {
    if (!(await target.adopt(blob.descriptor))) {
      await target.upload(blob.descriptor, () => once(blob.bytes));
    }
  }
  const { subjectHandled } = await target.put(manifest.digest, manifest);
  if (!subjectHandled) await listAsReferrer(target, log, subject.digest, descriptor);
  return manifest.digest;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** What the record has to agree with. */
export interface RecordedImage {
  /** Of what the arch tag led to. */
  readonly digest: Digest;
  readonly platform: Platform;
  /** Of the run, where they are known. */
  readonly sha: string | undefined;
  readonly source: string | undefined;
}

/**
 * The record that a leg put beside its image, if there is one that tells of this image. It only saves work, so that
 * whatever is wrong with it is told and nothing fails.
 */
export async function findRecord(
  client: RecordSourceVerbs,
  repository: Repository,
  image: RecordedImage,
  log: Log,
): Promise<LegRecord | undefined> {
  const name = `${repository.name}@${image.digest}`;
  try {
    const listed = await client.listReferrers(repository, image.digest, recordArtifactType);
    for (const { digest, size } of listed.slice(-maxLooked).reverse()) {
      const manifest = await client.getManifest(repository, digest, { size });
      if (manifest === undefined) continue;
      const where = `the record ${digest} beside ${name}`;
      const record = await recordOfArtifact(manifest, where, async (layer) =>
        client.readBlob(repository, layer, maxRecordBytes),
      );
      const wrong = whyOther(record, repository, image);
      if (wrong === undefined) return record;
      log.info(`${where} is left aside: ${wrong}`);
    }
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
    log.info(`no record is read beside ${name}: ${errorLine(error)}`);
  }
  return undefined;
}

/** Finding a record takes two requests; layers that take no more, and are small, are read as quickly. In bytes, and in number. */
const quicklyRead = { size: 1024 * 1024, layers: 2 };

function isWorthIt({ images }: ProvenSource): boolean {
  return images.some(
    (image) => image.manifest.layers.length > quicklyRead.layers || imageSize(image) > quicklyRead.size,
  );
}

/** The set with the records of those legs that were found by their arch tags, where these save reading layers. */
export async function withRecords(
  set: ProvenSet,
  client: RecordSourceVerbs,
  { sha, repository: ofRun }: Pick<GithubEnvironment, 'sha' | 'repository'>,
  log: Log,
): Promise<ProvenSet> {
  const legs = await Promise.all(
    set.legs.map(async (read): Promise<ReadLeg> => {
      const { leg, source } = read;
      const { claimed, repository, record } = leg;
      const isArchTag = leg.index === 'leg' && !isDigest(leg.ref) && !isLayout(repository);
      if (record !== undefined || claimed === undefined || !isArchTag || !isWorthIt(source)) return read;
      const image = { digest: source.manifest.digest, platform: claimed, sha, source: ofRun };
      const found = await findRecord(client, repository, image, log);
      return found === undefined ? read : { source, leg: { ...leg, record: found } };
    }),
  );
  return { ...set, legs };
}

function whyOther(record: LegRecord, { name }: Repository, image: RecordedImage): string | undefined {
  if (record.image.name !== name) return `it tells of ${record.image.name}`;
  if (record.digest !== image.digest) return `it tells of ${record.digest}`;
  if (!samePlatform(record.platform, image.platform)) return 'it tells of another platform';
  if (isOfOtherRepository(record, { repository: image.source })) return 'a run of another repository made it';
  const sha = record.run?.sha;
  return sha !== undefined && image.sha !== undefined && sha !== image.sha
    ? 'it is of another commit'
    : undefined;
}
