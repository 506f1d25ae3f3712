import { CodedError, joinErrors, settleAll } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import { formatReference } from '../oci/reference.ts';
import { formatPlatform } from '../platform/platform.ts';
import { factsMarkdown, factsText, type Fact } from '../report/facts.ts';
import {
  attestationsCheck,
  platformJson,
  platformsMarkdown,
  platformsText,
  type CheckReport,
  type PlatformReport,
} from '../report/platforms.ts';
import { candidates } from '../verify/candidates.ts';
import { checkImagePlatform, configDifferences } from '../verify/image-checks.ts';
import { checkPlatformSet } from '../verify/platform-set.ts';
import {
  expandSource,
  imageSize,
  otherKinds,
  type ProvenImage,
  type ProvenSource,
} from '../verify/source.ts';
import { checkContents } from './content-check.ts';
import { lookedAt, readManifests, type Looked } from './look.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';
import type { CommandResult } from './result.ts';
import { pullableFrom, smokeTests, type SmokeTestDeps } from './verify-smoke.ts';

export interface VerifyDeps extends SmokeTestDeps {
  readonly registry: ReadVerbs;
}

/**
 * Checks what is published: that all references lead to one list, that it holds exactly the platforms expected, and that
 * each entry's bytes and config are what the list says. With a smoke test, those that this host can run are pulled and run.
 * @throws everything that is wrong, at once
 */
export async function verify(inputs: InputsOf<'verify'>, deps: VerifyDeps): Promise<CommandResult> {
  const { log, registry } = deps;
  const references = lookedAt(inputs);
  const command = inputs['smoke-test'];
  // A folder has nothing to pull from, which is told before anything is read.
  if (command !== undefined) pullableFrom(references.map(({ repository }) => repository));
  const lists = await log.group('Reading what is published', async () => readManifests(references, registry));
  const { list, source } = await provenList(lists, inputs, deps);
  const contents = await checkContents(
    source.images.map((image) => ({
      image,
      platform: image.platform,
      origin: `${formatPlatform(image.platform)} of ${list.name}`,
    })),
    {
      check: inputs.check,
      allowForeign: inputs['allow-foreign'],
      limit: inputs['content-limit'],
      open: (layer) => registry.getBlob(list.repository, layer),
      by: 'verify',
      log,
    },
  );
  const ran =
    command === undefined
      ? undefined
      : await smokeTests(source.images, pullableFrom(lists.map((each) => each.repository)), command, deps);
  const rows = source.images.map((image) => {
    const { digest } = image.descriptor;
    const attestations = source.attestations.filter(({ subject }) => subject === digest).length;
    return platformReport(image, [
      contents.get(digest),
      ...attestationsCheck(attestations, 'verify'),
      ran?.get(digest),
    ]);
  });
  return result(lists, rows, inputs.check);
}

/**
 * The one list that all references lead to, with what it leads to.
 * @throws everything that is wrong with any of them, at once
 */
async function provenList(
  lists: readonly Looked[],
  inputs: InputsOf<'verify'>,
  { log, registry }: VerifyDeps,
): Promise<{ readonly list: Looked; readonly source: ProvenSource }> {
  const sources = await settleAll(
    lists.map(async (list) =>
      expandSource(
        repositoryReader(registry, list.repository),
        list.manifest,
        list.name,
        inputs['allow-extra'] ? otherKinds : undefined,
      ),
    ),
  );
  const errors = [
    ...disagreements(lists),
    ...sources.flatMap((source, index) => checkList(source, lists[index]?.name ?? '', inputs)),
  ];
  if (errors.length > 0) throw joinErrors(errors);
  const [list] = lists;
  const [source] = sources;
  if (list === undefined || source === undefined)
    throw new TypeError('verify looks at one reference at least');
  // The list is the same in every repository, and so is what is odd about it.
  for (const warning of configDifferences(source.images)) log.warning(warning);
  for (const { descriptor, problem } of source.others)
    log.warning(`${descriptor.digest} is in the list and was not checked: ${problem.message}`);
  return { list, source };
}

function platformReport(image: ProvenImage, more: readonly (CheckReport | undefined)[]): PlatformReport {
  const platform = formatPlatform(image.platform);
  const config: CheckReport = { check: 'config', found: platform, by: 'verify' };
  return {
    platform,
    digest: image.descriptor.digest,
    size: imageSize(image),
    checks: [config, ...more].filter((check) => check !== undefined),
  };
}

/** Promise 6: all images and all tags are one and the same list. */
function disagreements([first, ...others]: readonly Looked[]): CodedError[] {
  return others
    .filter((list) => list.manifest.digest !== first?.manifest.digest)
    .map(
      (list) =>
        new CodedError(
          'E_DIGEST_MISMATCH',
          `${list.name} holds ${list.manifest.digest}, ${first?.name ?? ''} holds ${first?.manifest.digest ?? ''}`,
          { hint: 'publish them together again, or verify them one by one' },
        ),
    );
}

function checkList(source: ProvenSource, name: string, inputs: InputsOf<'verify'>): CodedError[] {
  const found = candidates({ origin: name, claimed: undefined, index: 'all' }, source);
  const wanted = inputs.platforms ?? found.map(({ platform }) => ({ platform, required: true }));
  const digests = new Set(found.map((image) => image.digest));
  return [
    ...(found.length === 0
      ? [new CodedError('E_MANIFEST', `${name} holds no image`, { hint: 'publish it again' })]
      : []),
    ...checkPlatformSet(wanted, found, name, { allowExtra: inputs['allow-extra'], published: true }),
    ...found.flatMap(({ image }) => checkImagePlatform(image, undefined, name)),
    ...source.attestations
      .filter((attestation) => !digests.has(attestation.subject))
      .map(
        ({ descriptor, subject }) =>
          new CodedError(
            'E_MANIFEST',
            `the attestation ${descriptor.digest} in ${name} is about ${subject}, which is not in the list`,
            {
              hint: 'publish the list again with the image that it belongs to',
            },
          ),
      ),
  ];
}

function result(lists: readonly Looked[], rows: readonly PlatformReport[], check: string): CommandResult {
  const references = lists.flatMap((each) => each.references.map(formatReference));
  const digest = lists[0]?.manifest.digest ?? '';
  const mediaType = lists[0]?.manifest.mediaType ?? '';
  const facts: Fact[] = [
    ['references', references],
    ['digest', digest],
    ['media type', mediaType],
  ];
  const title = 'Verified';
  return {
    outputs: {
      digest,
      platforms: rows.map((row) => row.platform),
      report: { digest, mediaType, references, check, platforms: rows.map(platformJson) },
    },
    text: `${title}\n\n${factsText(facts)}\n${platformsText(rows)}`,
    summary: `${factsMarkdown(title, facts)}\n${platformsMarkdown(rows)}`,
  };
}
