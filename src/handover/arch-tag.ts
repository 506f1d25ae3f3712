import { CodedError, quote } from '../errors.ts';
import { parseTag } from '../oci/reference.ts';
import { platformArch, type Platform } from '../platform/platform.ts';

/** What the placeholders of `arch-tag` stand for; those of the run are unknown outside a workflow. */
export interface ArchTagValues {
  /** The first of `tags`. */
  readonly tag: string;
  readonly platform: Platform;
  /** The tags of the list, which no leg may push; default: `tag`. */
  readonly finalTags?: readonly string[];
  readonly sha?: string | undefined;
  readonly run?: string | undefined;
  readonly attempt?: string | undefined;
}

/**
 * The tag that one leg pushes, and under which the fan-in looks for it: `v1-ppc64le` from `{tag}-{arch}`.
 *
 * A leg knows its own platform only, so it cannot see a collision with a sibling. A platform that has a variant after
 * normalising (`linux/arm/v6`, `linux/amd64/v3`) therefore always gets it: `v1-arm-v6`; and one of another system than
 * Linux gets that: `v1-windows-amd64`. Where the template names `{variant}` or `{os}` itself, nothing is added.
 * @throws E_INPUT for a placeholder that is unknown or has no value here, and for a tag that the list itself will have, E_REFERENCE when the result is not a tag.
 */
export function archTag(template: string, values: ArchTagValues): string {
  const variant = values.platform.variant ?? '';
  const { os } = values.platform;
  const arch =
    os === 'linux' || template.includes('{os}')
      ? platformArch(values.platform)
      : `${os}-${platformArch(values.platform)}`;
  const known: Readonly<Record<string, string | undefined>> = {
    tag: values.tag,
    os,
    arch: variant === '' || template.includes('{variant}') ? arch : `${arch}-${variant}`,
    variant,
    sha: values.sha,
    run: values.run,
    attempt: values.attempt,
  };
  const tag = parseTag(filledIn(template, known));
  if (!(values.finalTags ?? [values.tag]).includes(tag)) return tag;
  throw new CodedError(
    'E_INPUT',
    `arch-tag ${quote(template)} gives ${quote(tag)}, which is one of tags itself`,
    {
      usage: true,
      hint: 'legs would overwrite each other and the list; put {arch} into it',
    },
  );
}

function filledIn(template: string, known: Readonly<Record<string, string | undefined>>): string {
  return template.replace(/\{([^{}]*)\}/g, (placeholder, name: string) => {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known).map((key) => `{${key}}`);
      throw new CodedError(
        'E_INPUT',
        `arch-tag ${quote(template)} has the unknown placeholder ${quote(placeholder)}`,
        { usage: true, hint: `the placeholders are ${names.join(' ')}` },
      );
    }
    const value = known[name];
    if (value !== undefined) return value;
    throw new CodedError(
      'E_INPUT',
      `arch-tag ${quote(template)} needs ${placeholder}, which is not known here`,
      { usage: true, hint: 'outside a workflow use a template without {sha}, {run} and {attempt}' },
    );
  });
}
