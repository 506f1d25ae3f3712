import { parseFields } from '../oci/schema.ts';
import { tagForm, type Repository } from '../oci/reference.ts';
import { discardBody, readBody } from './body.ts';
import { nextPage } from './paging.ts';
import { ScopeSet } from './scope.ts';
import { apiPath, type VerbDependencies } from './verbs.ts';

/** The most that ECR takes for `n`. */
const pageSize = '1000';

/** See RegistryClient.listTags. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags */
export async function listTags(repository: Repository, dependencies: VerbDependencies): Promise<string[]> {
  const { limits, signal, exchangeFor } = dependencies;
  const what = `GET tags of ${repository.name}`;
  const first = apiPath(repository, 'tags/list', [['n', pageSize]]);
  const seen = new Set([first]);
  const tags: string[] = [];
  for (let target: string | undefined = first; target !== undefined;) {
    const page: { tags: string[]; next: string | undefined } = await exchangeFor(repository.registry).call({
      what,
      method: 'GET',
      target,
      headers: { accept: 'application/json' },
      need: ScopeSet.repository(repository.path, 'pull'),
      repositoryPath: repository.path,
      statuses: [200, 404],
      isDocument: true,
      read: async (answer) => {
        if (answer.status === 404) {
          await discardBody(answer, limits);
          return { tags: [], next: undefined };
        }
        const bytes = await readBody(answer, limits.documentBytes, limits.documentMs, signal);
        return { tags: parseTags(bytes, what), next: nextPage(what, answer, seen, limits.pages) };
      },
    });
    tags.push(...page.tags);
    target = page.next;
  }
  return [...new Set(tags)];
}

/** `tags` may be null: a repository whose last tag is gone. */
function parseTags(bytes: Uint8Array, what: string): string[] {
  const root = parseFields(bytes, `the answer to ${what}`, { code: 'E_REGISTRY' });
  const form = { pattern: tagForm, is: 'a tag' };
  return root.get('tags').optional((tags) => tags.items().map((tag) => tag.string(form))) ?? [];
}
