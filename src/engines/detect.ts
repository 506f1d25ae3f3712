import { CodedError } from '../errors.ts';
import type { Engine, EngineName } from './engine.ts';
import type { EngineOptions } from './options.ts';

/** An engine of that name; nothing is contacted yet. */
export function createEngine(name: EngineName, _options: EngineOptions): Engine {
  throw new CodedError('E_UNSUPPORTED', `engine ${name} is being built`);
}

/**
 * `auto`: the first of docker, podman and buildah that answers here, with the reasons why those before it were passed over in
 * the log. A name: that engine, asked. @throws E_ENGINE_MISSING, E_ENGINE with every reason.
 */
export function chooseEngine(wanted: EngineName | 'auto', options: EngineOptions): Promise<Engine> {
  return Promise.resolve(createEngine(wanted === 'auto' ? 'docker' : wanted, options));
}
