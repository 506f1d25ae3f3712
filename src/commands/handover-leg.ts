import { CodedError, errorLine } from '../errors.ts';
import { artifactName, type ListName } from '../handover/artifact-name.ts';
import type { ArtifactService } from '../handover/artifact-service.ts';
import { uploadRecord, type UploadDeps } from '../handover/artifact-upload.ts';
import { maxRecordBytes, recordToJson, type LegRecord } from '../handover/record.ts';
import { handoverWay, type Handover } from '../handover/way.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { formatPlatform } from '../platform/platform.ts';
import { pushRecord, type RecordTargetVerbs } from './handover-registry.ts';

/** What one leg has for the fan-in. */
export interface HandedOver {
  readonly record: LegRecord;
  /** As it was read back; `undefined` where nothing was pushed. */
  readonly pushed: ManifestBytes | undefined;
  /** The first of `tags`. */
  readonly tag: string;
}

export type HandOver = (leg: HandedOver) => Promise<void>;

export interface HandoverLegDeps extends UploadDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly registry: RecordTargetVerbs;
  /** Whether images are pushed without an arch tag, by which merge would find them in the registry. */
  readonly byDigest?: boolean;
}

/**
 * The way from a leg to the fan-in, known before anything is built.
 * @throws E_UNSUPPORTED where artifacts were asked for and there is no service for them
 */
export function legHandover(asked: Handover, deps: HandoverLegDeps): HandOver {
  const way = handoverWay(asked, deps.env);
  switch (way.way) {
    case 'none':
      return async () => Promise.resolve();
    case 'registry':
      if (deps.byDigest === true && way.why !== undefined)
        deps.log.warning(
          `arch-tag is none and ${way.why}: merge finds this leg only if its input records names what the output record of this one says`,
        );
      return async (leg) => throughRegistry(leg, way.why, deps);
    case 'artifact':
      return async (leg) => {
        try {
          await asArtifact(leg, way.service, way.why, deps);
        } catch (error) {
          if (asked !== 'auto' || !(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
          const instead =
            leg.pushed === undefined
              ? 'nothing else holds it, as nothing was pushed'
              : 'the registry is used instead';
          deps.log.warning(`${error.code}: ${error.message}; ${instead}`);
          await throughRegistry(leg, undefined, deps);
        }
      };
  }
}

async function asArtifact(
  { record, tag }: HandedOver,
  { job }: ArtifactService,
  why: string | undefined,
  deps: HandoverLegDeps,
): Promise<void> {
  const { platform, image } = record;
  const attempt = record.run?.attempt ?? 1;
  const list: ListName = { image, tag };
  const bytes = recordBytes({ ...record, run: { ...record.run, attempt, job } });
  const name = await deps.log.group(`Handing over the record of ${formatPlatform(platform)}`, async () =>
    uploadRecord(bytes, (upload) => artifactName(list, platform, attempt, upload), deps),
  );
  deps.log.info(`the record is handed over as artifact ${name}${because(why)}`);
}

async function throughRegistry(
  { record, pushed }: HandedOver,
  why: string | undefined,
  { log, registry }: HandoverLegDeps,
): Promise<void> {
  const platform = formatPlatform(record.platform);
  if (pushed === undefined) {
    log.info(`nothing is handed over for ${platform}, as nothing was pushed${because(why)}`);
    return;
  }
  try {
    const digest = await pushRecord(registry, record.image, pushed, recordBytes(record), log);
    const says =
      record.tag === undefined
        ? `${record.image.name}@${pushed.digest} has its record ${digest} beside it, and no tag: merge needs it in records`
        : `${record.image.name}:${record.tag} is handed over, with its record ${digest} beside it`;
    log.info(`${says}${because(why)}`);
  } catch (error) {
    // The arch tag does alone; what is lost is what the merge would not have to find out for itself.
    if (!(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
    log.warning(
      `${errorLine(error)}. The arch tag of ${platform} is handed over without its record, so that check: content reads the layers again`,
    );
  }
}

/** @throws E_RECORD for one that no merge would read */
function recordBytes(record: LegRecord): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(recordToJson(record)));
  if (bytes.length <= maxRecordBytes) return bytes;
  throw new CodedError('E_RECORD', `the record has ${bytes.length} bytes, more than ${maxRecordBytes}`, {
    hint: 'let handover be none, and name the image in records',
  });
}

function because(why: string | undefined): string {
  return why === undefined ? '' : ` (${why})`;
}
