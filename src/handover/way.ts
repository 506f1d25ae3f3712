import { CodedError } from '../errors.ts';
import { artifactService, type ArtifactService } from './artifact-service.ts';

/** How records get from the legs to the fan-in. */
export type Handover = 'auto' | 'artifact' | 'registry' | 'none';

/** The way that is taken, and why where nobody asked for it by name. */
export type HandoverWay =
  | { readonly way: 'artifact'; readonly service: ArtifactService; readonly why: string | undefined }
  | { readonly way: 'registry'; readonly why: string | undefined }
  | { readonly way: 'none' };

/**
 * `auto` is the artifact service where there is one that works, else the registry.
 * @throws E_UNSUPPORTED where artifacts were asked for by name and there is no service for them
 */
export function handoverWay(asked: Handover, env: Readonly<Record<string, string | undefined>>): HandoverWay {
  if (asked === 'none') return { way: 'none' };
  if (asked === 'registry') return { way: 'registry', why: undefined };
  const service = artifactService(env);
  if (!('lacking' in service)) {
    return {
      way: 'artifact',
      service,
      why: asked === 'auto' ? 'this run has an artifact service' : undefined,
    };
  }
  if (asked === 'auto')
    return { way: 'registry', why: `there is no artifact service here: ${service.lacking}` };
  throw new CodedError(
    'E_UNSUPPORTED',
    `handover is artifact, and there is no artifact service: ${service.lacking}`,
    { hint: 'let handover be auto or registry, in the legs and in the fan-in alike' },
  );
}
