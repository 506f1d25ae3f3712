import { CodedError, show } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import type { ImageConfig } from '../oci/config.ts';
import { formatPlatform, type Platform } from '../platform/platform.ts';
import { isWanted } from './platform-set.ts';
import type { ProvenImage } from './source.ts';

/** The label and annotation that says which commit an image was made from. */
export const revisionKey = 'org.opencontainers.image.revision';

/**
 * Whether an image is for the platform that it is said to be for: by the leg or the caller (`claimed`), and by the index
 * entry that listed it.
 * @param origin for people: where the image was found
 */
export function checkImagePlatform(
  image: ProvenImage,
  claimed: Platform | undefined,
  origin: string,
): CodedError[] {
  const claims: [string, Platform | undefined][] = [
    ['is said to be', claimed],
    ['is listed as', image.said],
  ];
  return claims.flatMap(([told, platform]) =>
    platform === undefined || isWanted(platform, image.platform)
      ? []
      : [
          new CodedError(
            'E_PLATFORM_MISMATCH',
            `${origin} ${told} ${formatPlatform(platform)}, its config says ${formatPlatform(image.platform)} (${image.descriptor.digest})`,
            {
              hint: 'it was built for another platform or under a wrong label; build that leg again on the right host',
            },
          ),
        ],
  );
}

/** What is known of the commit that one leg's image was made from. */
export interface RevisionClaim {
  readonly origin: string;
  /** The image's own label. */
  readonly label: string | undefined;
  /** The commit of the run that the record names. */
  readonly record: string | undefined;
}

/** The commit that the fan-in itself is about, where it is known. */
export interface ExpectedRevision {
  /** What labels must say: the `revision` input, else the run's commit. */
  readonly label: string | undefined;
  /** What records must say: the run's commit. */
  readonly record: string | undefined;
}

/**
 * Whether all legs are of one commit, and of the run's where that is known: an arch tag that was left behind last week
 * must not complete today's set.
 * @returns errors, and a warning where legs say nothing of their commit
 */
export function checkRevisions(
  claims: readonly RevisionClaim[],
  expected: ExpectedRevision,
): { errors: CodedError[]; warnings: string[] } {
  const errors: CodedError[] = [];
  const refuse = (claim: RevisionClaim, is: string, wanted: string) =>
    errors.push(
      new CodedError('E_REVISION_MISMATCH', `${claim.origin} is of commit ${show(is)}, not ${show(wanted)}`, {
        hint: 'run that leg again for this commit, or name the commit that the labels have with the input revision',
      }),
    );
  for (const claim of claims) {
    if (claim.label !== undefined && expected.label !== undefined && claim.label !== expected.label) {
      refuse(claim, claim.label, expected.label);
    } else if (
      claim.record !== undefined &&
      expected.record !== undefined &&
      claim.record !== expected.record
    ) {
      refuse(claim, claim.record, expected.record);
    }
  }
  if (errors.length === 0) errors.push(...disagreements(claims));
  const silent = claims.filter((claim) => claim.label === undefined && claim.record === undefined);
  const warnings =
    silent.length === 0
      ? []
      : [
          `it is not known which commit this is of: ${silent.map((claim) => claim.origin).join(', ')} (no label ${revisionKey}, no commit in a record)`,
        ];
  return { errors, warnings };
}

/**
 * Legs that all say the same are of one commit, also where an image is labelled with the commit of what it packs and its
 * record names the run's. Otherwise every label and every record has to name the same one.
 */
function disagreements(claims: readonly RevisionClaim[]): CodedError[] {
  const said = claims.flatMap(({ origin, label, record }) =>
    [...new Set([label, record])].flatMap((commit) => (commit === undefined ? [] : [{ origin, commit }])),
  );
  const speaking = claims.filter(({ label, record }) => label !== undefined || record !== undefined);
  const ways = groupBy(speaking, ({ label, record }) => JSON.stringify([label ?? null, record ?? null]));
  const commits = groupBy(said, ({ commit }) => commit);
  if (ways.size < 2 || commits.size < 2) return [];
  const each = [...commits].map(
    ([commit, alike]) => `${show(commit)} (${alike.map(({ origin }) => origin).join(', ')})`,
  );
  return [
    new CodedError('E_REVISION_MISMATCH', `the legs are of different commits: ${each.join(' and ')}`, {
      hint: 'build all legs from one commit',
    }),
  ];
}

const compared: readonly [string, (config: ImageConfig) => unknown][] = [
  ['entrypoint', (config) => config.entrypoint ?? []],
  ['command', (config) => config.cmd ?? []],
  ['user', (config) => config.user ?? ''],
  ['ports', (config) => [...(config.exposedPorts ?? [])].sort()],
  ['environment', (config) => [...(config.env ?? [])].sort()],
];

/** Settings that a user expects to be the same on each platform, and that are not: one warning for each setting. */
export function configDifferences(images: readonly ProvenImage[]): string[] {
  return compared.flatMap(([name, valueOf]) => {
    const byValue = groupBy(images, (image) => JSON.stringify(valueOf(image.config)));
    if (byValue.size < 2) return [];
    const each = [...byValue].map(
      ([value, alike]) =>
        `${alike.map((image) => formatPlatform(image.platform)).join(', ')}: ${show(value, 200)}`,
    );
    return [`the ${name} differs between platforms: ${each.join(' | ')}`];
  });
}
