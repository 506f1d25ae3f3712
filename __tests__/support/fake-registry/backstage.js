import { digestOf, isDigest } from './store.js';
/** @import { Digest } from '../../../src/oci/digest.ts' */
/** @import { Store } from './store.js' */

/** The part of a running registry that tests look at and change with no request. */
export class Backstage {
  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /**
   * @param {string} repository
   * @param {Uint8Array} bytes
   */
  addBlob(repository, bytes) {
    const digest = digestOf(bytes);
    this.store.putBlob(repository, digest, bytes);
    return digest;
  }

  /**
   * @param {string} repository
   * @param {{ bytes: Uint8Array, mediaType: string, digest?: Digest }} manifest
   * @param {string} [tag]
   */
  addManifest(repository, { bytes, mediaType, digest = digestOf(bytes) }, tag) {
    this.store.putManifest(repository, { bytes, mediaType, digest }, tag === undefined ? [] : [tag]);
    return digest;
  }

  /**
   * @param {string} repository
   * @param {string} tag
   * @param {Digest} digest
   */
  setTag(repository, tag, digest) {
    const manifest = this.manifest(repository, digest);
    if (manifest === undefined) throw new RangeError(`${repository} has no ${digest} that ${tag} could hold`);
    this.store.putManifest(repository, manifest, [tag]);
  }

  /**
   * @param {string} repository
   * @param {string} reference
   */
  manifest(repository, reference) {
    return this.store.manifest(repository, reference);
  }

  /**
   * @param {string} repository
   * @param {string} digest
   */
  blob(repository, digest) {
    return isDigest(digest) ? this.store.blob(repository, digest) : undefined;
  }

  /** @param {string} repository */
  tags(repository) {
    return Object.fromEntries([...(this.store.find(repository)?.tags ?? [])].sort());
  }

  repositories() {
    return this.store.names();
  }

  /**
   * @param {string} repository
   * @param {string} digest
   */
  removeManifest(repository, digest) {
    if (isDigest(digest)) this.store.removeManifest(repository, digest);
  }

  /**
   * @param {string} repository
   * @param {string} digest
   */
  removeBlob(repository, digest) {
    if (isDigest(digest)) this.store.find(repository)?.blobs.delete(digest);
  }

  openUploads() {
    return this.store.uploads.size;
  }
}
