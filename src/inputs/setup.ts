import { quote } from '../errors.ts';
import { unreadable } from './kinds.ts';

/** A tool to be installed, in one version. */
export interface SetupInput {
  readonly tool: 'buildx';
  /** `0.30.1` */
  readonly version: string;
  /** SHA-256, in hex, of the release's `checksums.txt`, which in turn has those of its programs. */
  readonly checksums?: string;
}

const form = /^([a-z]+)@v?(\d{1,4}\.\d{1,4}\.\d{1,4}(?:-[a-z0-9.]{1,20})?)(?:\s+sha256:([0-9a-f]{64}))?$/u;

/** `buildx@0.30.1`, or `buildx@0.36.1 sha256:...`. @throws E_INPUT */
export function parseSetup(text: string): SetupInput {
  const [, tool, version, checksums] = form.exec(text) ?? [];
  if (tool === undefined || version === undefined)
    throw unreadable(
      `is ${quote(text, 120)}`,
      'write buildx@0.30.1, or buildx@VERSION sha256:<SHA-256 of the checksums.txt of that release>',
    );
  if (tool !== 'buildx') throw unreadable(`names ${quote(tool)}`, 'buildx is what can be installed');
  return { tool, version, ...(checksums !== undefined && { checksums }) };
}
