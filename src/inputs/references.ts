import { CodedError, quote } from '../errors.ts';
import { parseLayoutReference } from '../oci/layout-reference.ts';
import { parseReference, type Reference } from '../oci/reference.ts';
import type { Kind } from './definition.ts';
import { eachItem, lines, unreadable } from './kinds.ts';
import { splitList } from './split.ts';

const layout = /^(?:oci|oci-archive|docker-archive|docker-daemon|docker|dir):(?!\/\/|\d+\/)/u;

/** References at newlines and commas; a line that is a path or `oci:folder` is one item, since a folder's name can hold a comma. */
export const referenceList: Kind<readonly Reference[]> = {
  ...lines,
  syntax: 'list of references',
  parse: async (values) => {
    const items = (await lines.parse(values)).flatMap((line) => (isPath(line) ? [line] : splitList([line])));
    if (items.length === 0) throw unreadable('has no reference in it', 'give one, like quay.io/acme/app:v1');
    return eachItem([...new Set(items)], readReference, 100);
  },
};

function isPath(item: string): boolean {
  return /^\.{0,2}\//u.test(item) || layout.test(item);
}

function readReference(item: string): Reference {
  const inFolder = parseLayoutReference(item);
  if (inFolder !== undefined) return inFolder;
  if (!isPath(item)) return parseReference(item);
  throw new CodedError('E_UNSUPPORTED', `${quote(item)} is neither in a registry nor an OCI image layout`, {
    hint: 'write oci:folder for a layout; push or unpack anything else first',
  });
}
