import { quote } from '../errors.ts';
import { parseLayoutReference } from '../oci/layout-reference.ts';
import type { Reference } from '../oci/reference.ts';
import { unreadable } from './kinds.ts';

/** What `source-image` names: an image that an earlier step made. */
export type SourceImage = { readonly text: string } & (
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'layout'; readonly reference: Reference }
  | { readonly kind: 'oci-archive' | 'docker-archive'; readonly path: string }
);

/** As engines take them: no option, no space, nothing that a shell or a terminal would understand. */
const localName = /^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,511}$/u;

/**
 * A local image's name or ID, `oci:folder[:tag]`, `oci-archive:file` or `docker-archive:file`, as skopeo writes them.
 * @throws E_INPUT, E_REFERENCE
 */
export function parseSourceImage(text: string): SourceImage {
  const layout = parseLayoutReference(text);
  if (layout !== undefined) return { text, kind: 'layout', reference: layout };
  const archive = /^(oci-archive|docker-archive):(.*)$/su.exec(text);
  if (archive?.[1] !== undefined) {
    const path = archive[2] ?? '';
    if (path === '' || path.includes('\0'))
      throw unreadable(`is ${quote(text)}, which names no file`, `write ${archive[1]}:out/image.tar`);
    return { text, kind: archive[1] === 'oci-archive' ? 'oci-archive' : 'docker-archive', path };
  }
  if (localName.test(text)) return { text, kind: 'local', name: text };
  throw unreadable(
    `is ${quote(text)}, which is no image`,
    "write a local image's name or ID, oci:folder[:tag], oci-archive:file or docker-archive:file",
  );
}
