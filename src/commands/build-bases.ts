import type { BaseImage } from '../dockerfile/dockerfile.ts';
import type { Engine } from '../engines/engine.ts';
import { healthCommand } from '../engines/smoke/service-check.ts';
import { CodedError, errorLine, settleAll } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Digest } from '../oci/digest.ts';
import { formatReference, parseReference, type Reference } from '../oci/reference.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import { Slots } from '../slots.ts';
import { mayServe, type BaseFacts, type ReadBase } from './base-facts.ts';
import { replacementFor } from './base-replacements.ts';

/** A base image, as it stood in its registry when the leg began. */
export interface FoundBase {
  /** Its full name, with the tag or digest by which it is asked for. */
  readonly reference: string;
  readonly digest: Digest;
  /** Of the image that is built upon, what an image of OCI's format would not have of it: `HEALTHCHECK (line 1: of FROM acme/base:1)`. */
  readonly inherited?: readonly string[];
}

export interface BaseDeps {
  /** The Dockerfile, absolute. */
  readonly file: string;
  readonly log: Log;
  readonly engine: Pick<Engine, 'name' | 'hasImage' | 'pullSource'>;
  /** Whether it matters what the image that is built upon has and OCI's format has not. */
  readonly asksInherited?: boolean;
  /** Reads each image once, however many lines and legs name it: {@link baseReader}. */
  readonly read: ReadBase;
  /** The engine asks the registry although it has the image. */
  readonly pull?: boolean;
}

/** More are not asked for: nobody's build stands on so many, and each costs a request. */
const maxBases = 64;
const maxAtOnce = 8;

/**
 * Asks for every base image of a build before it begins, for the platform that it will be pulled for. What can't be found out leaves
 * a line in the log, and the engine decides: it may have the image, a mirror or a credential that we have not.
 * @throws E_BASE_PLATFORM for an image without the platform, E_NOT_FOUND for one that is not there; all of them at once
 */
export async function checkBases(bases: readonly BaseImage[], deps: BaseDeps): Promise<FoundBase[]> {
  if (bases.length > maxBases)
    deps.log.info(`only the first ${maxBases} of ${bases.length} base images are asked for`);
  const slots = new Slots(maxAtOnce);
  const found = await settleAll(
    bases.slice(0, maxBases).map(async (base) => slots.run(async () => checkBase(base, deps))),
  );
  const each = new Map<string, FoundBase>();
  for (const one of found)
    if (one !== undefined) each.set(one.reference, { ...each.get(one.reference), ...one });
  return [...each.values()];
}

async function checkBase(base: BaseImage, deps: BaseDeps): Promise<FoundBase | undefined> {
  const { log, engine } = deps;
  const where = `line ${base.line}: ${base.instruction} ${base.reference}`;
  if (deps.pull !== true && (await engine.hasImage?.(base.reference, base.platform)) === true) {
    log.debug(`${where} is in the store of ${engine.name}`);
    return undefined;
  }
  const source = await engine.pullSource?.(base.reference);
  if (engine.pullSource !== undefined && source === undefined) {
    log.info(`${where} was not looked for, since only ${engine.name} knows from which registry it comes`);
    return undefined;
  }
  const reference = withTag(parseReference(source?.name ?? base.reference));
  const facts = await ask(reference, where, deps);
  if (facts === 'unknown') return undefined;
  if (facts !== undefined) {
    await checkFacts(base, where, facts, reference, deps);
    const inherited = await inheritedOf(base, where, facts, deps);
    const name = formatReference(reference);
    return { reference: name, digest: facts.digest, ...(inherited.length > 0 && { inherited }) };
  }
  const message = `${where} is not there: ${reference.repository.registry} has no ${formatReference(reference)}`;
  if (source?.isMirrored !== true) {
    throw new CodedError('E_NOT_FOUND', message, {
      hint: 'check its name and tag, and that these credentials may read it',
      place: { file: deps.file, line: base.line },
    });
  }
  log.info(`${message}; a mirror of ${engine.name} may have it`);
  return undefined;
}

/** What the image that is built upon has, and an image of OCI's format would not have. */
async function inheritedOf(
  { platform, isRoot, line, reference }: BaseImage,
  where: string,
  facts: BaseFacts,
  { asksInherited, log, engine }: BaseDeps,
): Promise<string[]> {
  if (!isRoot || asksInherited !== true) return [];
  try {
    const { healthcheck, shell } = (await facts.config?.(platform)) ?? {};
    const has = [
      ...(healthcheck !== undefined && healthCommand(healthcheck) !== undefined ? ['HEALTHCHECK'] : []),
      ...(shell !== undefined && shell.length > 0 ? ['SHELL'] : []),
    ];
    return has.map((keyword) => `${keyword} (line ${line}: of FROM ${reference})`);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
    log.info(
      `${where} could not be read, and ${engine.name} decides what is kept of it: ${errorLine(error)}`,
    );
    return [];
  }
}

/** What else goes wrong than that it is not there may go right for the engine. */
async function ask(
  reference: Reference,
  where: string,
  { read, log, engine }: BaseDeps,
): Promise<BaseFacts | 'unknown' | undefined> {
  try {
    return await read(reference);
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
    log.info(`${where} could not be checked, and ${engine.name} decides: ${errorLine(error)}`);
    return 'unknown';
  }
}

async function checkFacts(
  { platform, isRoot, line }: BaseImage,
  where: string,
  facts: BaseFacts,
  reference: Reference,
  { file, read, log, engine }: BaseDeps,
): Promise<void> {
  if (facts.platforms.some((one) => mayServe(one, platform))) return;
  const wanted = formatPlatform(platform);
  const message = `${where} has no ${wanted}, only ${facts.platforms.map(formatPlatform).join(', ') || 'what names no platform'}`;
  // Of a single image an engine takes what there is: files of another machine may be all that is wanted of it.
  if (!facts.isComplete || (!facts.isIndex && !isRoot)) {
    log.info(`${message}; ${engine.name} decides`);
    return;
  }
  throw new CodedError('E_BASE_PLATFORM', message, {
    hint: await cure(reference, platform, read),
    place: { file, line },
  });
}

async function cure(reference: Reference, platform: Platform, read: ReadBase): Promise<string> {
  const wanted = formatPlatform(platform);
  const known = replacementFor(reference, platform);
  if (known !== undefined) {
    try {
      const facts = await read(known);
      if (facts?.platforms.some((one) => mayServe(one, platform)) === true) {
        const { repository, tag = '' } = known;
        return `use ${repository.path.replace(/^library\//u, '')}:${tag}, which has it`;
      }
    } catch (error) {
      // Advice that can't be proven is not given.
      if (!(error instanceof CodedError) || error.code === 'E_CANCELLED') throw error;
    }
  }
  return `choose a base image that has ${wanted}; a stage that only makes files for it can be FROM --platform=$BUILDPLATFORM`;
}

function withTag(reference: Reference): Reference {
  return reference.tag === undefined && reference.digest === undefined
    ? { ...reference, tag: 'latest' }
    : reference;
}
