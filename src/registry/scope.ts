export type Action = 'pull' | 'push' | 'delete';

const order: readonly string[] = ['pull', 'push', 'delete'];

/**
 * What a token is to allow: actions by resource (`repository:acme/app`), in an order that is kept, since some registries
 * look at the first scope only. https://distribution.github.io/distribution/spec/auth/scope/
 */
export class ScopeSet {
  readonly #actions = new Map<string, Set<string>>();

  static repository(path: string, ...actions: readonly Action[]): ScopeSet {
    const set = new ScopeSet();
    set.#add(`repository:${path}`, actions);
    return set;
  }

  /** The scopes of a challenge, separated by spaces; what has no actions is left out. */
  static parse(text: string): ScopeSet {
    const set = new ScopeSet();
    for (const scope of text.split(/\s+/)) {
      const colon = scope.lastIndexOf(':');
      if (/^[a-z]+(?:\([a-z]+\))?:[^\s:]/.test(scope) && colon > 0) {
        set.#add(
          scope.slice(0, colon),
          scope
            .slice(colon + 1)
            .split(',')
            .filter((action) => action !== ''),
        );
      }
    }
    return set;
  }

  /** Both; what is in this one comes first. */
  plus(other: ScopeSet): ScopeSet {
    const sum = new ScopeSet();
    for (const set of [this, other])
      for (const [resource, actions] of set.#actions) sum.#add(resource, actions);
    return sum;
  }

  covers(other: ScopeSet): boolean {
    return [...other.#actions].every(([resource, actions]) => {
      const own = this.#actions.get(resource);
      return own !== undefined && [...actions].every((action) => own.has(action) || own.has('*'));
    });
  }

  /** `repository:acme/app:pull,push`, one for each resource. */
  toStrings(): string[] {
    return [...this.#actions].map(([resource, actions]) => {
      const sorted = [...actions].sort((a, b) => order.indexOf(a) - order.indexOf(b));
      return `${resource}:${sorted.join(',')}`;
    });
  }

  #add(resource: string, actions: Iterable<string>): void {
    const own = this.#actions.get(resource) ?? new Set();
    for (const action of actions) own.add(action);
    if (own.size > 0) this.#actions.set(resource, own);
  }
}
