import { CodedError, quote } from '../errors.ts';
import { parseTag } from '../oci/reference.ts';
import { platformArch, type Platform } from '../platform/platform.ts';

/** What the placeholders of `arch-tag` stand for; those of the run are unknown outside a workflow. */
export interface ArchTagValues {
  /** The first of `tags`. */
  readonly tag: string;
  readonly platform: Platform;
  readonly sha?: string | undefined;
  readonly run?: string | undefined;
  readonly attempt?: string | undefined;
}

/**
 * The tag that one leg pushes, and under which the fan-in looks for it: `v1-ppc64le` from `{tag}-{arch}`.
 *
 * A leg knows its own platform only, so it cannot see a collision with a sibling. A platform that has a variant after
 * normalising (`linux/arm/v6`, `linux/amd64/v3`) therefore always gets it: `v1-arm-v6`. Where the template names
 * `{variant}` itself, nothing is added.
 * @throws E_INPUT for a placeholder that is unknown or has no value here, E_REFERENCE when the result is not a tag.
 */
export function archTag(template: string, values: ArchTagValues): string {
  const variant = values.platform.variant ?? '';
  const arch = platformArch(values.platform);
  const known: Readonly<Record<string, string | undefined>> = {
    tag: values.tag,
    os: values.platform.os,
    arch: variant === '' || template.includes('{variant}') ? arch : `${arch}-${variant}`,
    variant,
    sha: values.sha,
    run: values.run,
    attempt: values.attempt,
  };
  const filled = template.replace(/\{([^{}]*)\}/g, (placeholder, name: string) => {
    if (!Object.hasOwn(known, name)) {
      throw new CodedError(
        'E_INPUT',
        `arch-tag ${quote(template)} has the unknown placeholder ${quote(placeholder)}`,
        {
          hint: `the placeholders are ${Object.keys(known)
            .map((key) => `{${key}}`)
            .join(' ')}`,
        },
      );
    }
    const value = known[name];
    if (value === undefined) {
      throw new CodedError(
        'E_INPUT',
        `arch-tag ${quote(template)} needs ${placeholder}, which is not known here`,
        {
          hint: 'outside a workflow use a template without {sha}, {run} and {attempt}',
        },
      );
    }
    return value;
  });
  return parseTag(filled);
}
