import { CodedError, errorLine, type ErrorCode } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import type { LegTarget } from './build-plan.ts';

/** What a registry will say again after the build. */
const certain: readonly ErrorCode[] = ['E_UNAUTHORIZED', 'E_DENIED', 'E_INPUT', 'E_REFERENCE'];

/**
 * Whether the registries let this leg see the tags that it is going to push: credentials that are wrong, or cannot be read, are known before
 * the build. A registry that is not reached now may be there when the image is.
 * @throws E_UNAUTHORIZED, E_DENIED; E_INPUT where what another tool left is no file of credentials
 */
export async function checkAccess(
  targets: readonly LegTarget[],
  registry: Pick<PublishVerbs, 'headManifest'>,
  log: Log,
): Promise<void> {
  for (const { image, tag } of targets) {
    try {
      // Where none is pushed, any tag tells whether we may look.
      await registry.headManifest(image, tag ?? 'latest');
    } catch (error) {
      if (!(error instanceof CodedError) || certain.includes(error.code) || error.code === 'E_CANCELLED')
        throw error;
      log.info(`whether ${image.name} takes our pushes is not known before the build: ${errorLine(error)}`);
    }
  }
}
