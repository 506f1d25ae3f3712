import { CodedError, errorLine, joinErrors } from '../errors.ts';
import { AssembleEngine } from './assemble.ts';
import { BuildahEngine } from './buildah.ts';
import { BuildxEngine } from './buildx.ts';
import { DockerEngine } from './docker.ts';
import type { Engine, EngineName } from './engine.ts';
import type { EngineOptions } from './options.ts';
import { PodmanEngine } from './podman.ts';

/**
 * In which order `auto` asks. Docker first: where its daemon answers, it is what the machine was set up for, and on hosts where a
 * security profile cripples podman and buildah it is the one that works. Buildah last: whoever has podman as well means podman.
 */
const order = ['docker', 'podman', 'buildah'] as const;

/** An engine of that name; nothing is contacted yet. */
export function createEngine(name: EngineName, options: EngineOptions): Engine {
  switch (name) {
    case 'buildx':
      return new BuildxEngine(options);
    case 'docker':
      return new DockerEngine(options);
    case 'podman':
      return new PodmanEngine(options);
    case 'buildah':
      return new BuildahEngine(options);
    case 'assemble':
      return new AssembleEngine(options);
  }
}

/**
 * `auto`: the first of docker, podman and buildah that answers here, with the reasons why those before it were passed over in
 * the log. A name: that engine, asked. @throws E_ENGINE_MISSING, E_ENGINE with every reason.
 */
export async function chooseEngine(wanted: EngineName | 'auto', options: EngineOptions): Promise<Engine> {
  if (wanted !== 'auto') {
    const engine = createEngine(wanted, options);
    await engine.host();
    return engine;
  }
  const passedOver: CodedError[] = [];
  for (const name of order) {
    const engine = createEngine(name, options);
    try {
      const host = await engine.host();
      options.log.info(`engine auto is ${host.label}`);
      return engine;
    } catch (error) {
      await engine.close();
      if (!(error instanceof CodedError) || options.signal?.aborted === true) throw error;
      options.log.info(`engine ${name} is passed over: ${errorLine(error)}`);
      passedOver.push(error);
    }
  }
  if (passedOver.every((error) => error.code === 'E_ENGINE_MISSING')) {
    throw new CodedError('E_ENGINE_MISSING', 'there is no docker, podman or buildah on PATH', {
      hint: 'install one of them; or use engine: assemble for files that were compiled elsewhere, which needs none',
    });
  }
  // What is there and does not work says more than what is not there.
  throw joinErrors(passedOver.filter((error) => error.code !== 'E_ENGINE_MISSING'));
}
