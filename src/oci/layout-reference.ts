import { CodedError, quote } from '../errors.ts';
import { isDigest } from './digest.ts';
import type { Reference, Repository } from './reference.ts';

/** No reference can name a registry of this name: a host has a dot, a colon, or is localhost. */
const layoutRegistry = 'oci';
/** `oci:5000/app` is a registry on port 5000. */
const form = /^oci:(?!\/\/|\d+\/)(?<folder>[^:@]*)(?:@(?<digest>.*)|:(?<name>.*))?$/su;

/** An OCI image layout folder in the place of a repository. https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
export function layoutRepository(folder: string): Repository {
  return { registry: layoutRegistry, path: folder, name: `oci:${folder}` };
}

/** Whether this is a folder, whose path is `path`. */
export function isLayout({ registry }: Repository): boolean {
  return registry === layoutRegistry;
}

/**
 * `oci:folder`, `oci:folder:name` or `oci:folder@sha256:...`, as skopeo and podman write them; undefined for anything else.
 * A name is what index.json has it under, so it need not be a tag. A folder with a colon or an `@` in its name can't be named.
 * @throws E_REFERENCE
 */
export function parseLayoutReference(text: string): Reference | undefined {
  const groups = form.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { folder = '', digest, name } = groups;
  if (folder === '' || name === '' || text.includes('\0')) {
    throw new CodedError('E_REFERENCE', `${quote(text)} names no ${folder === '' ? 'folder' : 'image'}`, {
      hint: 'write oci:folder, oci:folder:tag or oci:folder@sha256:...',
    });
  }
  if (digest !== undefined && !isDigest(digest)) {
    throw new CodedError('E_REFERENCE', `${quote(text)} ends in ${quote(digest)}, which is not a digest`, {
      hint: 'write oci:folder@sha256: and 64 hexadecimal digits',
    });
  }
  const repository = layoutRepository(folder);
  return {
    repository,
    ...(name !== undefined && { tag: name }),
    ...(digest !== undefined && { digest }),
  };
}
