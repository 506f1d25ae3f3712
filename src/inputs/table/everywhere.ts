import { parseRepository } from '../../oci/reference.ts';
import { commandNames } from '../commands.ts';
import type { InputDefinition } from '../definition.ts';
import { boolean, exactText, listOf, text, valueOf } from '../kinds.ts';
import { certificate, readHost } from '../readers.ts';
import { tagList } from '../tags.ts';

const registryCommands = ['build', 'merge', 'verify', 'inspect', 'prune'] as const;

/** Which images, and the way to their registries. */
export const everywhereInputs = {
  images: {
    kind: listOf(parseRepository, { max: 20 }),
    group: 'Everywhere',
    commands: registryCommands,
    description:
      'Repositories, such as quay.io/acme/app. The first is the one that legs push to. Not needed where tags holds whole references.',
  },
  tags: {
    kind: tagList,
    group: 'Everywhere',
    commands: registryCommands,
    description:
      'Tags, or whole references as docker/metadata-action prints them, which then name the images as well. `none` publishes by digest alone.',
    default: { text: 'latest', value: [{ tag: 'latest' }] },
  },
  username: {
    kind: text,
    group: 'Everywhere',
    commands: registryCommands,
    description: "User name for the first image's registry.",
  },
  password: {
    kind: exactText,
    group: 'Everywhere',
    commands: registryCommands,
    secret: true,
    description:
      "Password or token for the first image's registry. In a shell, use --password-stdin or NATIVE_MULTIARCH_PASSWORD instead of this flag.",
  },
  'registry-auth': {
    kind: valueOf('YAML list', async (value) =>
      (await import('../registry-auth.ts')).parseRegistryAuth(value),
    ),
    group: 'Everywhere',
    commands: registryCommands,
    secret: true,
    description:
      'Credentials for several registries: a YAML list whose items have registry, username and password. In a shell, use --registry-auth-file or NATIVE_MULTIARCH_REGISTRY_AUTH.',
    default: { text: 'what docker login or podman login left' },
  },
  'insecure-registries': {
    kind: listOf(readHost),
    group: 'Everywhere',
    commands: registryCommands,
    description:
      'Registries whose certificates are not checked, and which may speak plain HTTP. Loopback always may speak plain HTTP.',
    default: { text: 'none', value: [] },
  },
  'ca-certificate': {
    kind: certificate,
    group: 'Everywhere',
    commands: registryCommands,
    description: 'Certificates of a private authority: PEM, or the path of a PEM file.',
    default: { text: "the system's" },
  },
  'github-token': {
    kind: exactText,
    group: 'Everywhere',
    commands: commandNames,
    secret: true,
    description: "Token for GitHub's API. Nothing fails for want of it.",
    default: { text: "the job's own token in a workflow, none in a shell" },
    actionDefault: '${{ github.token }}',
  },
  'dry-run': {
    kind: boolean,
    group: 'Everywhere',
    commands: commandNames,
    description: 'Do all the work and every check, and write nothing to any registry.',
    default: { text: 'false', value: false },
  },
} as const satisfies Record<string, InputDefinition>;
