import { parseReference, type Reference } from '../oci/reference.ts';
import type { Platform } from '../platform/platform.ts';

interface Replacement {
  /** Of Docker Hub's official images: name and tag. */
  readonly image: RegExp;
  readonly lacks: readonly string[];
  readonly use: string;
}

/**
 * Official images with a sibling for architectures that they lack. Debian 12 ("bookworm") is made for no s390x, Debian 13 ("trixie")
 * is; Alpine's Node.js for no ppc64le. https://github.com/docker-library/official-images/tree/master/library
 */
const replacements: readonly Replacement[] = [
  { image: /^node:(\d+|lts)(?:-bookworm)?(-slim)?$/u, lacks: ['s390x'], use: 'node:$1-trixie$2' },
  { image: /^node:(\d+|lts)-alpine[\d.]*$/u, lacks: ['ppc64le', 's390x'], use: 'node:$1-trixie-slim' },
  { image: /^node:latest$/u, lacks: ['s390x'], use: 'node:trixie' },
  { image: /^([a-z-]+:.*)bookworm(.*)$/u, lacks: ['s390x'], use: '$1trixie$2' },
  { image: /^(rust:[\d.]+)-alpine[\d.]*$/u, lacks: ['s390x'], use: '$1-slim-trixie' },
  { image: /^(?:openjdk|amazoncorretto):(\d+).*$/u, lacks: ['ppc64le', 's390x'], use: 'eclipse-temurin:$1' },
  { image: /^mysql:.*$/u, lacks: ['ppc64le', 's390x'], use: 'mariadb:lts' },
];

/** A likely image for a platform that this one lacks; whether it has it is another question. */
export function replacementFor(
  { repository, tag }: Reference,
  { architecture }: Platform,
): Reference | undefined {
  if (repository.registry !== 'docker.io' || tag === undefined) return undefined;
  const name = `${repository.path.replace(/^library\//u, '')}:${tag}`;
  const found = replacements.find(({ image, lacks }) => lacks.includes(architecture) && image.test(name));
  return found && parseReference(name.replace(found.image, found.use));
}
