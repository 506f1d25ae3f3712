import { artifactName } from '../../src/handover/artifact-name.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { plainHttp } from '../../src/registry/plain-http.ts';
import type { ResultsService, StoredArtifact } from './results-service.ts';
import { zipOf } from './zip.ts';

/** What one leg handed over, with what may be wrong with it. */
export interface HandedOver {
  readonly image: string;
  readonly tag: string;
  readonly platform: string;
  readonly record: Readonly<Record<string, unknown>>;
  readonly attempt?: number;
  readonly upload?: number;
  readonly run?: string;
  readonly job?: string;
}

/** Puts a record there, as a leg leaves it. */
export function handOver(service: ResultsService, leg: HandedOver): StoredArtifact {
  const { image, tag, platform, record, attempt = 1, upload = 1, run = 'run-1' } = leg;
  const list = { image: parseRepository(image), tag };
  const name = artifactName(list, parsePlatform(platform), attempt, upload);
  const zip = zipOf([{ name: 'record.json', content: JSON.stringify(record) }]);
  return service.put(run, leg.job ?? `job-${platform}-${attempt}`.replaceAll('/', '-'), name, zip);
}

/** The way to a service, without a proxy. */
export function directly(): ReturnType<typeof plainHttp> {
  return plainHttp({ env: {}, signal: new AbortController().signal });
}
