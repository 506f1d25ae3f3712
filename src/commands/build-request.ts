import { CodedError, joinErrors, quote } from '../errors.ts';
import type { BuildRequest, BuildSource, DockerfileSource, Mode } from '../engines/engine.ts';
import { askedOptions, unsupportedOptions } from '../engines/support.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { AnnotationInput } from '../inputs/annotations.ts';
import type { InputsOf } from '../inputs/table.ts';
import { withoutUndefined } from '../oci/schema.ts';
import { formatPlatform, samePlatform, type Platform } from '../platform/platform.ts';
import { factKeys } from '../verify/index-facts.ts';

type BuildInputs = InputsOf<'build'>;

interface Leg {
  readonly platform: Platform;
  readonly mode: Mode;
  /** What the engine makes images from. */
  readonly source: BuildSource['kind'];
  readonly tag: string;
  readonly github: GithubEnvironment;
  readonly dockerOnly?: readonly string[] | undefined;
}

/** What the engine is asked for. */
export function buildRequest(
  inputs: BuildInputs,
  { platform, mode, source, tag, github, dockerOnly }: Leg,
): BuildRequest {
  return {
    platform,
    mode,
    labels: { ...knownLabels(tag, github), ...inputs.labels },
    source:
      source === 'files' ? filesSource(inputs, platform) : dockerfileSource(inputs, platform, dockerOnly),
  };
}

/** Which commit the image is of, as far as that is known: the fan-in compares it between the legs. */
function knownLabels(tag: string, github: GithubEnvironment): Record<string, string> {
  return {
    ...(github.sha !== undefined && { [factKeys.revision]: github.sha }),
    ...(github.sourceUrl !== undefined && { [factKeys.source]: github.sourceUrl }),
    ...(tag !== 'latest' && { [factKeys.version]: tag }),
  };
}

/** The annotations that a leg's image gets: the last of two with one name stands. */
function imageAnnotations({ annotations }: BuildInputs, platform: Platform): Record<string, string> {
  const ours = annotations.filter((each) => isForImage(each, platform));
  return Object.fromEntries(ours.map(({ key, value }) => [key, value]));
}

function isForImage({ onImage, platform: only }: AnnotationInput, platform: Platform): boolean {
  return onImage && (only === undefined || samePlatform(only, platform));
}

/** Which of the annotations are not for the image of a leg, a line for each. */
export function otherAnnotations({ annotations }: BuildInputs, platform: Platform): string[] {
  return annotations
    .filter((each) => !isForImage(each, platform))
    .map(({ key, platform: only }) =>
      only !== undefined && !samePlatform(only, platform)
        ? `the annotation ${quote(key)} is for ${formatPlatform(only)}`
        : `the annotation ${quote(key)} is for the list, which merge makes`,
    );
}

function formatOf({ format }: BuildInputs): 'oci' | 'docker' | undefined {
  return format === 'auto' ? undefined : format;
}

function dockerfileSource(
  inputs: BuildInputs,
  platform: Platform,
  dockerOnly?: readonly string[],
): BuildSource {
  return {
    kind: 'dockerfile',
    ...withoutUndefined<Omit<DockerfileSource, 'kind'>>({
      context: inputs.context,
      buildArgs: inputs['build-args'],
      file: inputs.file,
      target: inputs.target,
      network: inputs.network,
      annotations: imageAnnotations(inputs, platform),
      format: formatOf(inputs),
      dockerOnly,
      buildContexts: inputs['build-contexts'],
      secrets: [...inputs.secrets, ...inputs['secret-envs'], ...inputs['secret-files']],
      ssh: inputs.ssh,
      cacheFrom: inputs['cache-from'],
      cacheTo: inputs['cache-to'],
      noCache: inputs['no-cache'],
      pull: inputs.pull,
      addHosts: inputs['add-hosts'],
      shmSize: inputs['shm-size'],
      ulimit: inputs.ulimit,
      provenance: isOff(inputs.provenance) ? undefined : inputs.provenance,
      sbom: isOff(inputs.sbom) ? undefined : inputs.sbom,
      outputs: inputs.outputs,
      extraArgs: inputs['extra-args'],
    }),
  };
}

function isOff(value: string): boolean {
  return /^(?:false|0)$/iu.test(value);
}

function filesSource(inputs: BuildInputs, platform: Platform): BuildSource {
  const asked = askedOptions({ source: dockerfileSource(inputs, platform) });
  const refused = unsupportedOptions(asked, 'assemble', '');
  if (refused.length > 0) throw joinErrors(refused);
  const { context, files, base, entrypoint, cmd, env, workdir, user } = inputs;
  if (files.length === 0) {
    throw new CodedError('E_INPUT', 'files is not set, and engine assemble makes the image of nothing else', {
      hint: 'give lines source:destination, such as ./bin/app-{arch}:/app:755',
    });
  }
  return {
    kind: 'files',
    context,
    files,
    base,
    env,
    ...(entrypoint !== undefined && { entrypoint }),
    ...(cmd !== undefined && { cmd }),
    ...(workdir !== undefined && { workdir }),
    ...(user !== undefined && { user }),
    annotations: imageAnnotations(inputs, platform),
    ...withoutUndefined({ format: formatOf(inputs) }),
  };
}
