type Env = Readonly<Record<string, string | undefined>>;

/** Where the artifacts of this run are kept, and as whom this job speaks to it. */
export interface ArtifactService {
  /** `https://results-receiver.actions.githubusercontent.com` */
  readonly origin: string;
  readonly token: string;
  /** What the service calls this run; the same for each of its attempts. */
  readonly run: string;
  /** What the service calls this job, which is another one in each attempt. */
  readonly job: string;
}

/** The artifact service of the run, or why there is none that works: the end of a sentence. */
export function artifactService(env: Env): ArtifactService | { readonly lacking: string } {
  if (isEnterpriseServer(env))
    return { lacking: 'GitHub Enterprise Server has none that current clients can use' };
  if (env['GITHUB_ACTIONS'] !== 'true') return { lacking: 'this is no job of a workflow' };
  const url = env['ACTIONS_RESULTS_URL'] ?? '';
  const token = env['ACTIONS_RUNTIME_TOKEN'] ?? '';
  if (url === '' || token === '') {
    const name = url === '' ? 'ACTIONS_RESULTS_URL' : 'ACTIONS_RUNTIME_TOKEN';
    return { lacking: `${name} is not set, which the runner gives to each action` };
  }
  if (!/^https?:\/\//u.test(url) || !URL.canParse(url)) return { lacking: 'ACTIONS_RESULTS_URL is no URL' };
  const [, run, job] = scopeOf(token) ?? [];
  return run === undefined || job === undefined
    ? { lacking: 'ACTIONS_RUNTIME_TOKEN names no run' }
    : { origin: new URL(url).origin, token, run, job };
}

/** As @actions/artifact tells it. https://github.com/actions/toolkit/blob/main/packages/artifact/src/internal/shared/config.ts */
function isEnterpriseServer(env: Env): boolean {
  const url = env['GITHUB_SERVER_URL'] ?? '';
  if (!URL.canParse(url)) return false;
  const host = new URL(url).hostname.toLowerCase();
  return host !== 'github.com' && !host.endsWith('.ghe.com') && !host.endsWith('.localhost');
}

const idForm = /^[A-Za-z0-9-]{1,100}$/u;

/** `Actions.Results:<run>:<job>` among the scopes of the token, whose signature is the service's business. */
function scopeOf(token: string): readonly string[] | undefined {
  const scopes = claim(token.split('.')[1] ?? '', 'scp');
  return (typeof scopes === 'string' ? scopes.split(' ') : [])
    .map((scope) => scope.split(':'))
    .find(
      (parts) =>
        parts[0] === 'Actions.Results' && parts.length === 3 && parts.slice(1).every((id) => idForm.test(id)),
    );
}

function claim(part: string, name: string): unknown {
  try {
    const claims: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && Object.hasOwn(claims, name)
      ? (claims as Readonly<Record<string, unknown>>)[name]
      : undefined;
  } catch {
    return undefined;
  }
}
