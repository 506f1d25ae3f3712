import { parsePlatform } from '../../platform/platform.ts';
import type { InputDefinition } from '../definition.ts';
import { autoBoolean, boolean, oneOf, text, valueOf } from '../kinds.ts';
import { pairs } from '../readers.ts';
import { parseSourceImage } from '../source-image.ts';
import { parseRemote } from '../remote.ts';
import { parseServiceUrl } from '../service-url.ts';
import { parseSetup } from '../setup.ts';

/** One leg: what is built, how, and where it goes. */
export const buildInputs = {
  platform: {
    kind: valueOf('platform', parsePlatform),
    group: 'Build',
    commands: ['build'],
    requiredInWorkflow: ['build'],
    description: 'The platform of this leg, such as linux/ppc64le. Several on one host: see platforms.',
    default: { text: "the engine's own in a shell; required in a workflow, unless platforms is set" },
  },
  engine: {
    kind: oneOf(['auto', 'buildx', 'docker', 'podman', 'buildah', 'assemble']),
    group: 'Build',
    commands: ['build', 'verify'],
    description:
      'What makes the image, and for verify what pulls and runs it. assemble needs no container engine: it puts files into layers.',
    default: {
      text: 'auto: a BuildKit that was set up for buildx, else docker, podman or buildah, whichever first runs a program of the platform',
      value: 'auto',
    },
  },
  remote: {
    kind: valueOf('address', parseRemote),
    group: 'Build',
    commands: ['build'],
    description:
      'An engine elsewhere: ssh://user@host (docker, podman), tcp://host:port, unix:///path, docker-container://name, kube-pod://pod or kubernetes://namespace (buildx).',
    default: { text: "where the engine's own environment leads to" },
  },
  setup: {
    kind: valueOf('tool@version', parseSetup),
    group: 'Build',
    commands: ['build'],
    description:
      'Install a tool first: buildx@0.30.1, whose checksums are known here; of another version, buildx@VERSION sha256:<SHA-256 of the checksums.txt of that release>.',
    default: { text: 'nothing' },
  },
  mode: {
    kind: oneOf(['native', 'emulate', 'cross', 'auto']),
    group: 'Build',
    commands: ['build'],
    description:
      'How the steps of the build run: native refuses a host of another architecture; emulate runs the programs of the target through QEMU; cross compiles in stages FROM --platform=$BUILDPLATFORM, or takes files compiled elsewhere (engine assemble); auto takes the first of these that goes here, and says which.',
    default: { text: 'native; cross with engine assemble' },
  },
  context: {
    kind: text,
    group: 'Build',
    commands: ['build'],
    description: 'The folder that is built from, as it was checked out.',
    default: { text: 'the current folder', value: '.' },
  },
  file: {
    kind: text,
    group: 'Build',
    commands: ['build'],
    description: 'The Dockerfile.',
    default: { text: 'Dockerfile in the context' },
  },
  target: {
    kind: text,
    group: 'Build',
    commands: ['build'],
    description: 'The stage that is built.',
    default: { text: 'the last one' },
  },
  'build-args': {
    kind: pairs,
    group: 'Build',
    commands: ['build'],
    description:
      'Build arguments, one NAME=value a line. They can be read in the image: no place for secrets.',
    default: { text: 'none', value: {} },
  },
  labels: {
    kind: pairs,
    group: 'Build',
    commands: ['build'],
    description:
      'Labels, one name=value a line. org.opencontainers.image.revision, .source and .version are added where they are known and not set.',
    default: { text: 'none', value: {} },
  },
  network: {
    kind: text,
    group: 'Build',
    commands: ['build'],
    description: "The network of the build's RUN steps: none, host, default, or the engine's own word.",
    default: { text: "the engine's" },
  },
  'source-image': {
    kind: valueOf('image', parseSourceImage),
    group: 'Build',
    commands: ['build'],
    description:
      "Adopt an image that an earlier step made instead of building: a local image's name or ID, oci:folder[:tag], oci-archive:file or docker-archive:file. It is checked, tested and pushed like one that was built.",
    default: { text: 'none: build' },
  },
  'smoke-test': {
    kind: text,
    group: 'Build',
    commands: ['build', 'verify'],
    description:
      'A command that is run in the image on this host, and has to end with 0. build runs it before anything is pushed; verify pulls every platform that this host can run, and says which it can not.',
    default: { text: 'none' },
  },
  'smoke-test-url': {
    kind: valueOf('url', parseServiceUrl),
    group: 'Build',
    commands: ['build'],
    description:
      "Start the image as a service, and ask http://localhost:8080/health until it answers with a status from 200 to 399: build does so before anything is pushed. The port is the container's own, whose network has nothing else in it. none: an image with a HEALTHCHECK is not started either.",
    default: { text: 'the HEALTHCHECK of the image, if it has one' },
  },
  push: {
    kind: autoBoolean,
    group: 'Build',
    commands: ['build'],
    description: 'Whether the arch tag is pushed. auto does not push on pull-request events of any kind.',
    default: { text: 'auto', value: 'auto' },
  },
  'setup-emulation': {
    kind: boolean,
    group: 'Build',
    commands: ['build'],
    description:
      'Install QEMU where this host lacks it for the platform: an interpreter on disk is registered, else the distribution has a package, else a pinned image is run. What is installed stays.',
    default: { text: 'false', value: false },
  },
  'push-to': {
    kind: oneOf(['first', 'all']),
    group: 'Build',
    commands: ['build'],
    description: 'Which of images a leg pushes its arch tag to. The record names the first.',
    default: { text: 'first', value: 'first' },
  },
  'allow-privileged-events': {
    kind: boolean,
    group: 'Build',
    commands: ['build'],
    description:
      'Push on the events pull_request_target, workflow_run and issue_comment as well, whose runs have the rights of the repository while anybody may have set them off.',
    default: { text: 'false', value: false },
  },
} as const satisfies Record<string, InputDefinition>;
