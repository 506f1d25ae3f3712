import { CodedError } from '../../errors.ts';
import { parseFields, type Field } from '../../oci/schema.ts';
import { normalisePlatform } from '../../platform/platform.ts';
import type { EngineHost } from '../engine.ts';
import type { Session } from '../process/session.ts';

/**
 * The Docker Engine that the docker command leads to, here or elsewhere. https://docs.docker.com/reference/cli/docker/version/
 * @throws E_ENGINE where it does not answer, and where podman stands in for docker
 */
export async function askDocker(session: Session): Promise<EngineHost> {
  const answer = await session.ask(['version', '--format', '{{json .}}']);
  if (answer.code !== 0) {
    if (/podman/i.test(answer.stderr) && !/Docker daemon/.test(answer.stderr)) throw await isPodman(session);
    throw session.failure(answer, { doing: 'ask' });
  }
  const server = (await parsed(session, answer.stdout)).get('Server');
  const components = server.get('Components').optional((field) => field.items(50)) ?? [];
  if (components.some((one) => /podman/i.test(one.get('Name').optional((name) => name.string()) ?? '')))
    throw await isPodman(session);
  const number = server.get('Version').string({ maxLength: 100 });
  const platform = normalisePlatform({
    os: server.get('Os').string(),
    architecture: server.get('Arch').string(),
  });
  tellOfCertificates(session);
  return { version: number, label: `docker ${number.replace(/\+.*$/, '')}`, platform };
}

/**
 * Whether the engine is on this machine, as its address tells: that of DOCKER_HOST, else of the context that is in use, which a file of
 * the user's may name as well as DOCKER_CONTEXT.
 */
export async function isHere(session: Session): Promise<boolean> {
  const told = session.options.env['DOCKER_HOST'] ?? '';
  const question = ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'];
  const address = told === '' ? (await session.ask(question)).stdout.trim() : told;
  return isLocalAddress(address);
}

/** An empty one is the engine's own default. */
export function isLocalAddress(address: string): boolean {
  return address === '' || address.startsWith('unix:');
}

async function parsed(session: Session, text: string): Promise<Field> {
  const field = parseFields(Buffer.from(text), 'the answer of docker version', {
    code: 'E_ENGINE',
    maxDepth: 20,
  });
  // podman's stand-in for docker answers the same question in another shape.
  if (field.get('Server').absent) throw await isPodman(session);
  return field;
}

async function isPodman(session: Session): Promise<CodedError> {
  const answer = await session.ask(['--version']);
  return new CodedError(
    'E_ENGINE',
    `${await session.tool()} leads to podman, not to a Docker Engine (${answer.stdout.trim().slice(0, 80)})`,
    { hint: 'use engine: podman' },
  );
}

function tellOfCertificates({ options: { caCertificate, insecureRegistries = [], log } }: Session): void {
  if (caCertificate !== undefined) {
    log.info(
      "the Docker daemon has its own certificates: ca-certificate reaches our own requests, and the daemon's pushes need /etc/docker/certs.d/<registry>/ca.crt",
    );
  }
  if (insecureRegistries.length > 0) {
    log.info(
      'the Docker daemon has its own list of insecure registries, in daemon.json; loopback is always on it',
    );
  }
}
