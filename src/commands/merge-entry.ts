import type { PlatformRow } from '../inputs/platforms.ts';
import type { InputsOf } from '../inputs/table.ts';
import type { Descriptor, PlatformJson } from '../oci/descriptor.ts';
import { platformToJson } from '../platform/platform.ts';
import type { Candidate } from '../verify/candidates.ts';
import { isWanted } from '../verify/platform-set.ts';

type MergeInputs = InputsOf<'merge'>;

/** The entry of an image as the list is to have it: what led to the image, its config's platform, and what is asked for. */
export function descriptorOf(entry: Candidate, inputs: MergeInputs): Descriptor {
  const { descriptor } = entry.image;
  const annotations = { ...descriptor.annotations, ...Object.fromEntries(entryAnnotations(entry, inputs)) };
  return {
    ...descriptor,
    platform: platformOf(entry, rowOf(entry, inputs)),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Whether an entry needs no change to say what is asked for. */
export function saysAll(
  entry: Candidate,
  { annotations, platform }: Pick<Descriptor, 'annotations' | 'platform'>,
  inputs: MergeInputs,
): boolean {
  const row = rowOf(entry, inputs);
  return (
    entryAnnotations(entry, inputs).every(([key, value]) => annotations?.[key] === value) &&
    (!changesPlatform(row) || sameJson(platformOf(entry, row), platform))
  );
}

function rowOf(entry: Candidate, inputs: MergeInputs): PlatformRow | undefined {
  return inputs.platforms.find((row) => isWanted(row.platform, entry.platform));
}

function changesPlatform(row: PlatformRow | undefined): boolean {
  const { osVersion, osFeatures, features, override = false } = row?.entry ?? {};
  return override || [osVersion, osFeatures, features].some((value) => value !== undefined);
}

function sameJson(wanted: PlatformJson, said: PlatformJson | undefined): boolean {
  const sorted = (platform: PlatformJson): string => JSON.stringify(Object.entries(platform).sort());
  return said !== undefined && sorted(wanted) === sorted(said);
}

/** What the table and `annotations` ask for on the entry of one platform. */
function entryAnnotations(entry: Candidate, inputs: MergeInputs): [string, string][] {
  return [
    ...Object.entries(rowOf(entry, inputs)?.entry.annotations ?? {}),
    ...inputs.annotations
      .filter(
        ({ on, platform }) =>
          on === 'descriptor' && (platform === undefined || isWanted(platform, entry.platform)),
      )
      .map(({ key, value }): [string, string] => [key, value]),
  ];
}

/** As the config says it, spelling included, since that is what runtimes compare; the row adds to it, or stands instead. */
function platformOf({ image: { config } }: Candidate, row: PlatformRow | undefined): PlatformJson {
  const { osVersion, osFeatures, features, override = false } = row?.entry ?? {};
  return {
    ...platformToJson(override && row !== undefined ? row.platform : config),
    ...(osVersion !== undefined && { 'os.version': osVersion }),
    ...(osFeatures !== undefined && { 'os.features': osFeatures }),
    ...(features !== undefined && { features }),
  };
}
