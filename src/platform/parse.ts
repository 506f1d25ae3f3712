import { CodedError, quote } from '../errors.ts';
import {
  architectureName,
  architectureNames,
  architectures,
  operatingSystems,
  osName,
  osNames,
} from './architectures.ts';
import { nearest } from './nearest.ts';
import { formatPlatform, normalisePlatform, type Platform } from './normalise.ts';
import { canonicalVariant, unknownVariant } from './variants.ts';

const grammar =
  /^(?<os>[A-Za-z0-9_-]+)(?:\((?<version>[A-Za-z0-9_.%-]*)(?<features>(?:\+[A-Za-z0-9_.%-]+)*)\))?\/(?<architecture>[A-Za-z0-9_-]+)(?:\/(?<variant>[A-Za-z0-9_.-]+))?$/;

const maxLength = 256;

/** Registered, and all but never what somebody who builds Linux images means. */
const rarelyMeant: ReadonlyMap<string, { readonly is: string; readonly meant: string }> = new Map([
  ['ppc64', { is: 'big-endian POWER', meant: 'ppc64le' }],
  ['s390', { is: 'the 31-bit mainframe', meant: 's390x' }],
]);

/**
 * A platform that a person wrote: `os[(version+feature...)]/architecture[/variant]`, where aliases (`x86_64`, `aarch64`,
 * `armhf`, `macos`) are understood. The operating system is never guessed.
 * @throws E_PLATFORM with the likeliest full form.
 */
export function parsePlatform(text: string): Platform {
  const parts = text.length <= maxLength ? grammar.exec(text)?.groups : undefined;
  if (parts === undefined) throw notOfTheForm(text);
  const { os = '', version, features = '', architecture = '', variant } = parts;
  checkOs(text, os);
  checkArchitecture(text, os, architecture);
  const platform = normalisePlatform({
    os,
    architecture,
    variant,
    osVersion: version === undefined ? undefined : decodeDetail(text, version),
    osFeatures: features
      .split('+')
      .slice(1)
      .map((feature) => decodeDetail(text, feature)),
  });
  checkVariant(text, platform);
  const implied = architectureName(architecture).variant;
  if (
    implied !== undefined &&
    variant !== undefined &&
    canonicalVariant(platform.architecture, variant) !== implied
  ) {
    throw wrong(
      text,
      `${architecture} is ${platform.architecture}/${implied}`,
      `write ${os}/${platform.architecture}/${variant}`,
    );
  }
  return platform;
}

function decodeDetail(text: string, detail: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(detail)) {
    throw wrong(
      text,
      'a "%" in brackets has to start a code of two hexadecimal digits',
      'write %25 for the sign itself',
    );
  }
  return detail.replace(/%(..)/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function wrong(text: string, why: string, hint: string): CodedError {
  return new CodedError('E_PLATFORM', `${quote(text)} is not a platform: ${why}`, { hint });
}

function notOfTheForm(text: string): CodedError {
  if (text.trim() === '') return wrong(text, 'it is empty', 'write os/architecture, such as linux/amd64');
  if (text.length > maxLength)
    return wrong(text, `it has ${text.length} characters`, 'write os/architecture, such as linux/amd64');
  if (operatingSystems.includes(osName(text))) {
    const os = osName(text);
    return wrong(text, 'it lacks the architecture', `write ${os}/amd64, ${os}/arm64 or whichever is meant`);
  }
  const full = withLinux(text);
  if (full !== undefined) return wrong(text, 'it lacks the operating system', full);
  const near = nearest(
    text.trim().toLowerCase(),
    architectures.map((architecture) => `linux/${architecture}`),
  );
  return wrong(
    text,
    'it is not of the form os/architecture[/variant]',
    `write ${near ?? 'linux/amd64'}, for example`,
  );
}

/** The hint for an architecture that stands alone (`x86_64`, `arm64/v8`), or undefined if it isn't one. */
function withLinux(text: string): string | undefined {
  const [architecture = '', variant, ...rest] = text.split('/');
  const { architecture: known } = architectureName(architecture);
  if (!architectures.includes(known) || rest.length > 0) return undefined;
  const rare = rarelyMeant.get(known);
  if (rare !== undefined) return `${known} is ${rare.is}; write linux/${rare.meant} if that is meant`;
  try {
    return `write ${formatPlatform(normalisePlatform({ os: 'linux', architecture, variant }))}`;
  } catch {
    return undefined;
  }
}

function checkOs(text: string, os: string): void {
  if (operatingSystems.includes(osName(os))) return;
  const full = withLinux(text);
  if (full !== undefined) throw wrong(text, 'it lacks the operating system', full);
  const near = nearest(os.toLowerCase(), osNames);
  const hint =
    near === undefined ? 'linux is the usual one' : `did you mean ${text.replace(os, osName(near))}?`;
  throw wrong(text, `there is no operating system ${quote(os)}`, hint);
}

function checkArchitecture(text: string, os: string, architecture: string): void {
  const { architecture: known } = architectureName(architecture);
  const rare = rarelyMeant.get(known);
  if (rare !== undefined && osName(os) === 'linux') {
    throw wrong(
      text,
      `${known} is ${rare.is}, which nobody builds images for`,
      `write linux/${rare.meant} if that is meant`,
    );
  }
  if (architectures.includes(known)) return;
  const near = nearest(architecture.toLowerCase(), architectureNames);
  const hint =
    near === undefined
      ? `the usual ones are ${architectures.slice(0, 7).join(', ')}`
      : `did you mean ${osName(os)}/${architectureName(near).architecture}?`;
  throw wrong(text, `there is no architecture ${quote(architecture)}`, hint);
}

function checkVariant(text: string, platform: Platform): void {
  const { os, architecture, variant } = platform;
  if (variant === undefined) return;
  const examples = unknownVariant(architecture, variant);
  if (examples === undefined) return;
  throw wrong(
    text,
    `${architecture} has no variant ${quote(variant)}`,
    `there are ${examples}; ${os}/${architecture} alone will do for most`,
  );
}
