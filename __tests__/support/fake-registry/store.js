import { createHash } from 'node:crypto';
/** @import { Digest } from '../../../src/oci/digest.ts' */
/** @import { StoredManifest } from './internal.ts' */

const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/**
 * @param {string} text
 * @returns {text is Digest}
 */
export function isDigest(text) {
  return digestForm.test(text);
}

/**
 * @param {Uint8Array} bytes
 * @param {string} [algorithm]
 */
export function digestOf(bytes, algorithm = 'sha256') {
  return /** @type {Digest} */ (`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
}

/**
 * Do these bytes have this digest, in its own algorithm?
 * @param {Uint8Array} bytes
 * @param {Digest} digest
 */
export function digestFits(bytes, digest) {
  return digestOf(bytes, digest.slice(0, digest.indexOf(':'))) === digest;
}

/**
 * @typedef {object} Repository
 * @property {Map<Digest, Uint8Array>} blobs
 * @property {Map<Digest, StoredManifest>} manifests
 * @property {Map<string, Digest>} tags
 * @property {Map<string, { before: StoredManifest | undefined, reads: number }>} written What each tag or digest held before its last write, and how many reads have still to see it.
 */

/**
 * @typedef {object} Upload
 * @property {string} repository
 * @property {Uint8Array} bytes
 * @property {string} state What the Location's query must bring back.
 * @property {boolean} short A chunk was below the registry's minimum, so it has to be the last one.
 */

/** All that a registry holds. It judges nothing: whether something may come in is for the endpoints to say. */
export class Store {
  /** @type {Map<string, Repository>} */
  #repositories = new Map();
  /** @type {Map<string, Upload>} */
  uploads = new Map();
  #staleReads;

  /** @param {number} staleReads How many reads after a write still see what was there before it. */
  constructor(staleReads) {
    this.#staleReads = staleReads;
  }

  /** @param {string} name */
  find(name) {
    return this.#repositories.get(name);
  }

  /** @param {string} name */
  #open(name) {
    const found = this.#repositories.get(name);
    if (found !== undefined) return found;
    /** @type {Repository} */
    const made = { blobs: new Map(), manifests: new Map(), tags: new Map(), written: new Map() };
    this.#repositories.set(name, made);
    return made;
  }

  names() {
    return [...this.#repositories.keys()].sort();
  }

  /**
   * @param {string} name
   * @param {Digest} digest
   */
  blob(name, digest) {
    return this.find(name)?.blobs.get(digest);
  }

  /** @param {Digest} digest */
  blobAnywhere(digest) {
    for (const repository of this.#repositories.values()) {
      const bytes = repository.blobs.get(digest);
      if (bytes !== undefined) return bytes;
    }
    return undefined;
  }

  /**
   * @param {string} name
   * @param {Digest} digest
   * @param {Uint8Array} bytes
   */
  putBlob(name, digest, bytes) {
    this.#open(name).blobs.set(digest, bytes);
  }

  /**
   * @param {string} name
   * @param {string} reference A tag or a digest.
   * @returns {StoredManifest | undefined}
   */
  manifest(name, reference) {
    const repository = this.find(name);
    const digest = isDigest(reference) ? reference : repository?.tags.get(reference);
    return digest === undefined ? undefined : repository?.manifests.get(digest);
  }

  /**
   * {@link manifest} as a client sees it, who may be told what was there before the last write.
   * @param {string} name
   * @param {string} reference
   * @param {boolean} stale
   */
  readManifest(name, reference, stale) {
    const written = this.find(name)?.written.get(reference);
    if (written === undefined || (!stale && written.reads === 0)) return this.manifest(name, reference);
    if (!stale) written.reads -= 1;
    return written.before;
  }

  /**
   * @param {string} name
   * @param {StoredManifest} manifest
   * @param {readonly string[]} tags
   */
  putManifest(name, manifest, tags) {
    const repository = this.#open(name);
    for (const reference of [manifest.digest, ...tags]) {
      const before = this.manifest(name, reference);
      if (before?.digest === manifest.digest) continue;
      repository.written.set(reference, { before, reads: this.#staleReads });
    }
    repository.manifests.set(manifest.digest, manifest);
    for (const tag of tags) repository.tags.set(tag, manifest.digest);
  }

  /**
   * @param {string} name
   * @param {string} tag
   */
  removeTag(name, tag) {
    this.find(name)?.written.delete(tag);
    return this.find(name)?.tags.delete(tag) ?? false;
  }

  /**
   * @param {string} name
   * @param {Digest} digest
   */
  removeManifest(name, digest) {
    const repository = this.find(name);
    if (repository === undefined || !repository.manifests.delete(digest)) return false;
    repository.written.delete(digest);
    for (const [tag, held] of repository.tags) if (held === digest) this.removeTag(name, tag);
    return true;
  }

  /**
   * Runs `work` and forgets all that it changed.
   * @template T
   * @param {() => T} work
   */
  pretending(work) {
    const repositories = new Map([...this.#repositories].map(([name, held]) => [name, copyOf(held)]));
    const uploads = new Map([...this.uploads].map(([id, upload]) => [id, { ...upload }]));
    const result = work();
    this.#repositories = repositories;
    this.uploads = uploads;
    return result;
  }
}

/**
 * @param {Repository} repository
 * @returns {Repository}
 */
function copyOf(repository) {
  return {
    blobs: new Map(repository.blobs),
    manifests: new Map(repository.manifests),
    tags: new Map(repository.tags),
    written: new Map(repository.written),
  };
}
