import { CodedError } from '../../errors.ts';
import type { DockerfileSource } from '../engine.ts';
import { csvLine } from '../request/csv.ts';
import type { BuildOption } from '../support.ts';

/**
 * The arguments that make the result an OCI image layout in `folder`.
 * https://docs.docker.com/build/exporters/oci-docker/
 * @param sourceDate whether all times in the layers are to be SOURCE_DATE_EPOCH's
 */
export function layoutArguments(
  folder: string,
  { format, sourceDate = false }: Pick<DockerfileSource, 'format'> & { readonly sourceDate?: boolean } = {},
): string[] {
  const media = format === 'docker' ? ['oci-mediatypes=false'] : [];
  const times = sourceDate ? ['rewrite-timestamp=true'] : [];
  return ['--output', csvLine(['type=oci', `dest=${folder}`, 'tar=false', ...media, ...times])];
}

/** What an image of Docker's media types has no place for. @throws E_UNSUPPORTED before anything is built */
export function refuseForDockerFormat(source: DockerfileSource): void {
  if (source.format !== 'docker') return;
  const given = (['provenance', 'sbom', 'annotations'] as const).filter((name) => {
    const value = source[name];
    return value !== undefined && (typeof value === 'string' || Object.keys(value).length > 0);
  });
  if (given.length === 0) return;
  throw new CodedError('E_UNSUPPORTED', `format docker has no place for ${given.join(' and ')}`, {
    hint: 'set format: oci, or leave them out',
  });
}

/** What the BuildKit inside of a Docker Engine with a store of its own has not. https://docs.docker.com/build/builders/drivers/docker/ */
const notInDocker: readonly BuildOption[] = ['provenance', 'sbom', 'annotations', 'format: oci'];

/** @throws E_UNSUPPORTED before anything is built */
export function refuseForDockerDriver(asked: readonly BuildOption[], source: DockerfileSource): void {
  const exports = (source.cacheTo ?? []).map(({ type }) => type).filter((type) => type !== 'inline');
  const refused = [
    ...asked.filter((option) => notInDocker.includes(option)),
    ...exports.map((type) => `cache-to type=${type}`),
  ];
  if (refused.length === 0) return;
  throw new CodedError(
    'E_UNSUPPORTED',
    `${refused.join(', ')}: the docker driver of buildx can't do that with the image store that this Docker Engine has`,
    {
      hint: "choose another builder: docker/setup-buildx-action, BUILDKIT_HOST, or NATIVE_MULTIARCH_BUILDER_OPTIONS; or switch the engine's containerd image store on",
    },
  );
}
