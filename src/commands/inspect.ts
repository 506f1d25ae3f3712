import { CodedError, settleAll } from '../errors.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Descriptor } from '../oci/descriptor.ts';
import { isLayout } from '../oci/layout-reference.ts';
import { parseManifest } from '../oci/manifest.ts';
import { factsMarkdown } from '../report/facts.ts';
import {
  expandSource,
  otherKinds,
  type ContentReader,
  type ProvenSource,
  type Tolerate,
} from '../verify/source.ts';
import { readMachines, type Machines } from './inspect-machines.ts';
import { inspectResult } from './inspect-result.ts';
import { inspectionWarnings } from './inspect-warnings.ts';
import { lookedAt, readManifests, type Looked } from './look.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';
import type { CommandResult } from './result.ts';

export interface InspectDeps {
  readonly registry: ReadVerbs;
}

/** Everything that is known of what one or several references lead to. */
export interface Inspected {
  readonly list: Looked;
  readonly source: ProvenSource;
  readonly machines: Machines;
  readonly warnings: readonly string[];
}

/** Layers that are read without being asked, in compressed bytes for a whole list: seconds, where somebody is waiting. */
const maxLayerBytes = 64_000_000;
/** In a folder of this machine. */
const maxLocalBytes = 1_000_000_000;

/**
 * Shows what references lead to: the platforms, sizes, layers, entry points and attestations of each, and what is odd about
 * it; nothing is judged. With `raw`, the exact bytes.
 */
export async function inspect(
  inputs: InputsOf<'inspect'>,
  { registry }: InspectDeps,
): Promise<CommandResult> {
  const lists = await readManifests(lookedAt(inputs), registry);
  if (inputs.raw) return raw(lists);
  return inspectResult(
    await settleAll(lists.map(async (list) => look(list, registry, inputs['content-limit']))),
  );
}

async function look(list: Looked, registry: ReadVerbs, limit: number | undefined): Promise<Inspected> {
  const { repository, name } = list;
  const source = await wholeSource(list, repositoryReader(registry, repository));
  const machines = await readMachines(
    source.images,
    (layer) => registry.getBlob(repository, layer),
    limit === undefined
      ? { stored: isLayout(repository) ? maxLocalBytes : maxLayerBytes }
      : { inflated: limit },
  );
  return { list, source, machines, warnings: [...inspectionWarnings(source, name), ...machines.warnings] };
}

/** What is broken, missing or of an unknown kind is shown as what it is. */
const anythingListed: Tolerate = (error) =>
  otherKinds(error) || error.code === 'E_NOT_FOUND' || error.code === 'E_DIGEST_MISMATCH';

async function wholeSource({ manifest, name }: Looked, reader: ContentReader): Promise<ProvenSource> {
  try {
    return await expandSource(reader, manifest, name, anythingListed);
  } catch (error) {
    if (!(error instanceof CodedError) || !anythingListed(error)) throw error;
    const { mediaType, digest, bytes } = manifest;
    // What can't be parsed at all is an error; what can, and is no image, has something to show.
    const { artifactType } = parseManifest(manifest);
    const descriptor: Descriptor = {
      ...{ mediaType, digest, size: bytes.length },
      ...(artifactType !== undefined && { artifactType }),
    };
    const others = [{ descriptor, problem: error }];
    return { manifest, index: undefined, images: [], attestations: [], others };
  }
}

/** @throws E_INPUT for references that lead to different bytes: there is only one stdout. */
function raw(lists: readonly Looked[]): CommandResult {
  const [list, ...others] = lists;
  if (list === undefined || others.length > 0) {
    throw new CodedError(
      'E_INPUT',
      `raw was asked for, and the references lead to ${lists.length} different manifests`,
      { hint: 'give one reference' },
    );
  }
  const text = Buffer.from(list.manifest.bytes).toString('utf8');
  const { digest, mediaType } = list.manifest;
  return {
    outputs: { report: { digest, mediaType, raw: text, platforms: [] } },
    text,
    exact: true,
    summary: factsMarkdown(list.name, [
      ['digest', digest],
      ['media type', mediaType],
    ]),
  };
}
